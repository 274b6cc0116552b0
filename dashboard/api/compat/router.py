"""The routers of other tools' APIs: each at the root of the hub and under a prefix of its own.

At the root only one tool can have /api/traces/{id}, and that is Jaeger: clients of Tempo get /tempo as their base URL.
"""

from fastapi import APIRouter

from dashboard.api.compat.jaeger_ui import create_jaeger_ui_router
from dashboard.api.compat.jaeger_v1 import create_jaeger_v1_router
from dashboard.api.compat.jaeger_v3 import create_jaeger_v3_router
from dashboard.api.compat.reads import CompatReads
from dashboard.api.compat.tempo import TENANT_PREFIX, create_tempo_router
from dashboard.api.compat.zipkin import create_zipkin_router, create_zipkin_ui_router

JAEGER = "/jaeger"
TEMPO = "/tempo"
ZIPKIN = "/zipkin"


def create_compat_router(reads: CompatReads) -> APIRouter:
    """All of them."""
    router = APIRouter(include_in_schema=False)
    for jaeger in (create_jaeger_v3_router(reads), create_jaeger_v1_router(reads), create_jaeger_ui_router(reads)):
        router.include_router(jaeger)
        router.include_router(jaeger, prefix=JAEGER)
    router.include_router(create_tempo_router(reads, by_id=False))
    tempo = create_tempo_router(reads)
    for prefix in (TEMPO, TENANT_PREFIX, f"{TEMPO}{TENANT_PREFIX}"):
        router.include_router(tempo, prefix=prefix)
    zipkin = create_zipkin_router(reads)
    router.include_router(zipkin)
    router.include_router(zipkin, prefix=ZIPKIN)
    router.include_router(create_zipkin_ui_router(), prefix=ZIPKIN)
    return router
