"""The web application, as granian and other WSGI servers load it."""

import os

from django.core.wsgi import get_wsgi_application

from coding_workflow.staff import saml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_workflow.settings")
application = get_wsgi_application()
saml.require()
