"""The application's own settings, with the null views beside its pages."""

from coding_workflow.settings import *  # noqa: F403

MIDDLEWARE = ["benchmarks.middleware.ProcessorTimeMiddleware", *MIDDLEWARE]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
