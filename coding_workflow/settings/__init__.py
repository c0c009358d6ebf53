"""Settings, chosen by environment variables alone (README lists them).

Each file is one subject; later files may read names from earlier ones.
"""

from .environment import *  # noqa: F403
from .base import *  # noqa: F403
from .database import *  # noqa: F403
from .security import *  # noqa: F403
from .tasks import *  # noqa: F403
from .claims import *  # noqa: F403
from .logs import *  # noqa: F403
