"""The same application for ASGI servers; WSGI is faster for these synchronous views and is the default."""

import os

from django.core.asgi import get_asgi_application

from coding_workflow.staff import saml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_workflow.settings")
application = get_asgi_application()
saml.require()
