"""The frameworks the engine knows. A new one is one file and one line here; the order decides nothing but ties."""

import importlib
from functools import cache

from tenantry.products.pinata.engine.frameworks.base import Framework

ALL: tuple[str, ...] = ()
PYTHON, JAVA, GO, DOTNET = ("python",), ("java", "xml"), ("go",), ("csharp",)
SCRIPT = ("typescript", "javascript", "prisma")

# Each with the languages it is for, so that a tree without them need not load it.
NAMES: dict[str, tuple[str, ...]] = {
    "fastapi": PYTHON,
    "flask": PYTHON,
    "django_urls": PYTHON,
    "django_orm": PYTHON,
    "sqlalchemy": PYTHON,
    "raw_sql": ALL,
    "http_clients": ALL,
    "files_and_caches": ALL,
    "tasks": ALL,
    "nestjs": SCRIPT,
    "decorated_controllers": SCRIPT,
    "typeorm": SCRIPT,
    "express": SCRIPT,
    "koa": SCRIPT,
    "fastify": SCRIPT,
    "hono": SCRIPT,
    "prisma": SCRIPT,
    "mongoose": SCRIPT,
    "sequelize": SCRIPT,
    "query_builders": SCRIPT,
    "node_queues": SCRIPT,
    "node_files": SCRIPT,
    "nextjs": SCRIPT,
    "javascript_http": SCRIPT,
    "spring_web": JAVA,
    "jaxrs": JAVA,
    "spring_http": JAVA,
    "spring_data": JAVA,
    "mybatis": JAVA,
    "liquibase": JAVA,
    "spring_messages": JAVA,
    "java_effects": JAVA,
    "go_routers": GO,
    "go_gorm": GO,
    "go_effects": GO,
    "go_queues": GO,
    "aspnet_endpoints": DOTNET,
    "aspnet_controllers": DOTNET,
    "grpc_dotnet": DOTNET,
    "efcore": DOTNET,
    "dotnet_sql": DOTNET,
    "dotnet_http": DOTNET,
    "dotnet_messages": DOTNET,
    "mediator": DOTNET,
    "dotnet_work": DOTNET,
}


@cache
def frameworks(languages: frozenset[str]) -> tuple[Framework, ...]:
    """One object per framework that is for one of these languages, in the order of `NAMES`."""
    wanted = [name for name, spoken in NAMES.items() if not spoken or not languages.isdisjoint(spoken)]
    return tuple(importlib.import_module(f"{__name__}.{name}").framework for name in wanted)
