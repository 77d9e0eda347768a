"""The frameworks the engine knows. A new one is one file and one line here; the order decides nothing but ties."""

import importlib
from functools import cache

from tenantry.products.pinata.engine.frameworks.base import Framework

NAMES = (
    "fastapi",
    "flask",
    "django_urls",
    "django_orm",
    "sqlalchemy",
    "raw_sql",
    "http_clients",
    "files_and_caches",
    "tasks",
    "nestjs",
    "decorated_controllers",
    "typeorm",
    "express",
    "koa",
    "fastify",
    "hono",
    "prisma",
    "mongoose",
    "sequelize",
    "query_builders",
    "node_queues",
    "node_files",
    "nextjs",
    "javascript_http",
    "spring_web",
    "jaxrs",
    "spring_http",
    "spring_data",
    "mybatis",
    "liquibase",
    "spring_messages",
    "java_effects",
    "aspnet_endpoints",
    "aspnet_controllers",
    "grpc_dotnet",
    "efcore",
    "dotnet_sql",
    "dotnet_http",
    "dotnet_messages",
    "mediator",
    "dotnet_work",
)


@cache
def frameworks() -> tuple[Framework, ...]:
    """One object per framework, in the order of `NAMES`."""
    return tuple(importlib.import_module(f"{__name__}.{name}").framework for name in NAMES)
