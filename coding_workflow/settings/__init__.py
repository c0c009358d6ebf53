"""Settings, chosen by environment variables alone (README lists them).

Each file is one subject; later files may read names from earlier ones.
"""

from .environment import *
from .base import *
from .database import *
from .security import *
from .sign_on import *
from .saml import *
from .tasks import *
from .claims import *
from .feeds import *
from .api import *
from .mail import *
from .operating import *
from .logs import *
