"""A service on FastAPI and SQLAlchemy as people write them: five files for each entity, calling one another."""

from benchmarks.words import Words, camel

COLUMN_TYPES = ("String(200)", "Integer", "Numeric(12, 2)", "DateTime(timezone=True)", "Boolean", "Text")


def package(index: int, words: Words) -> dict[str, str]:
    """Path → text of the files of one entity. It refers to entities with smaller indexes, so imports form no circle."""
    name, parent = words.entity(index), words.entity(words.number(0, index - 1)) if index else None
    fields, verbs = words.fields(words.number(5, 10)), words.verbs(words.number(4, 8))
    base = f"app/{name}"
    return {
        f"{base}/__init__.py": f'"""Everything about a {name.replace("_", " ")}."""\n',
        f"{base}/models.py": models(name, parent, fields, words),
        f"{base}/schemas.py": schemas(name, fields, words),
        f"{base}/service.py": service(name, parent, fields, verbs, words),
        f"{base}/router.py": router(name, verbs, words),
    }


def models(name: str, parent: str | None, fields: list[str], words: Words) -> str:
    lines = [
        f'"""Tables of the {name.replace("_", " ")}."""',
        "",
        "from datetime import datetime",
        "",
        "from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, Numeric, String, Text, func",
        "from sqlalchemy.orm import Mapped, mapped_column, relationship",
        "",
        "from app.database import Base",
        *([f"from app.{parent}.models import {camel(parent)}"] if parent else []),
        "",
        "",
        f"class {camel(name)}(Base):",
        f'    __tablename__ = "{name}s"',
        "",
        "    id: Mapped[int] = mapped_column(Integer, primary_key=True)",
        "    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())",
    ]
    for field in fields:
        kind = COLUMN_TYPES[words.number(0, len(COLUMN_TYPES) - 1)]
        lines.append(f"    {field} = mapped_column({kind}, nullable={words.chance(0.5)}, index={words.chance(0.2)})")
    if parent:
        lines += [
            f'    {parent}_id: Mapped[int] = mapped_column(ForeignKey("{parent}s.id", ondelete="CASCADE"), index=True)',
            f'    {parent}: Mapped["{camel(parent)}"] = relationship(lazy="selectin")',
        ]
    lines += ["", "    def label(self) -> str:", f'        return f"{camel(name)} {{self.id}} ({{self.{fields[0]}}})"']
    for field in fields[:3]:
        lines += [
            "",
            "    @property",
            f"    def has_{field}(self) -> bool:",
            f'        """Whether {field} was ever filled in."""',
            f'        return self.{field} is not None and str(self.{field}).strip() != ""',
        ]
    return "\n".join(lines) + "\n"


def schemas(name: str, fields: list[str], words: Words) -> str:
    lines = ["from datetime import datetime", "", "from pydantic import BaseModel, Field, field_validator", "", ""]
    for suffix in ("Create", "Update", "Out"):
        lines.append(f"class {camel(name)}{suffix}(BaseModel):")
        if suffix == "Out":
            lines += ["    id: int", "    created_at: datetime"]
        for field in fields:
            lines.append(
                f'    {field}: str | None = Field(None, max_length={words.number(20, 400)}, description="The {field}.")'
            )
        if suffix == "Create":
            lines += [
                "",
                f'    @field_validator("{fields[0]}")',
                "    @classmethod",
                "    def not_blank(cls, value: str | None) -> str | None:",
                "        if value is not None and not value.strip():",
                f'            raise ValueError("{fields[0]} must not be blank")',
                "        return value",
            ]
        lines += ["", ""]
    return "\n".join(lines).rstrip() + "\n"


def service(name: str, parent: str | None, fields: list[str], verbs: list[str], words: Words) -> str:
    model = camel(name)
    lines = [
        f'"""What can be done with a {name.replace("_", " ")}."""',
        "",
        "import logging",
        "",
        "import httpx",
        "from sqlalchemy import select",
        "from sqlalchemy.orm import Session",
        "",
        "from app.settings import settings",
        f"from app.{name}.models import {model}",
        f"from app.{name}.schemas import {model}Create, {model}Update",
        *([f"from app.{parent}.service import get_{parent}"] if parent else []),
        "",
        "logger = logging.getLogger(__name__)",
        "",
        "",
        f"def get_{name}(db: Session, {name}_id: int) -> {model} | None:",
        f"    return db.get({model}, {name}_id)",
        "",
        "",
        f"def list_{name}s(db: Session, limit: int = 50, offset: int = 0, **filters: str) -> list[{model}]:",
        f"    query = select({model}).order_by({model}.id).limit(limit).offset(offset)",
        "    for key, value in filters.items():",
        "        if value is not None:",
        f"            query = query.where(getattr({model}, key) == value)",
        "    return list(db.scalars(query))",
        "",
        "",
        f"def create_{name}(db: Session, data: {model}Create) -> {model}:",
        f"    row = {model}(**data.model_dump())",
        *(
            [f"    if get_{parent}(db, row.{parent}_id) is None:", f'        raise LookupError("no such {parent}")']
            if parent
            else []
        ),
        "    db.add(row)",
        "    db.commit()",
        '    logger.info("created %s", row.label())',
        "    return row",
        "",
        "",
        f"def update_{name}(db: Session, {name}_id: int, data: {model}Update) -> {model}:",
        f"    row = get_{name}(db, {name}_id)",
        "    if row is None:",
        f'        raise LookupError("no such {name}")',
        *(f"    row.{field} = data.{field} if data.{field} is not None else row.{field}" for field in fields),
        "    db.commit()",
        "    return row",
    ]
    for verb in verbs:
        lines += [
            "",
            "",
            f"def {verb}_{name}(db: Session, {name}_id: int, *, force: bool = False) -> {model}:",
            f'    """Takes a {name} to its next state; told to the outside only when something changed."""',
            f"    row = get_{name}(db, {name}_id)",
            "    if row is None:",
            f'        raise LookupError("no such {name}")',
            f"    before = [row.{fields[0]}, row.{fields[-1]}, len(str(row.{fields[1]})) * {words.number(2, 9)}]",
            f'    row.{fields[0]} = "{verb}" if force or row.{fields[1]} else row.{fields[0]}',
            f"    if before[0] != row.{fields[0]}:",
            f'        answer = httpx.post(f"{{settings.hub_url}}/{name}s/{{{name}_id}}/{verb}", json={{"id": {name}_id, "force": force}})',
            "        answer.raise_for_status()",
            "        db.commit()",
            "    return row",
        ]
    return "\n".join(lines) + "\n"


def router(name: str, verbs: list[str], words: Words) -> str:
    model = camel(name)
    lines = [
        "from fastapi import APIRouter, Depends, HTTPException, Query",
        "from sqlalchemy.orm import Session",
        "",
        "from app.database import get_db",
        f"from app.{name} import service",
        f"from app.{name}.schemas import {model}Create, {model}Out, {model}Update",
        "",
        f'router = APIRouter(prefix="/{name}s", tags=["{name}"])',
        "",
        "",
        f'@router.get("", response_model=list[{model}Out])',
        f"def list_all(limit: int = Query(50, le={words.number(100, 500)}), offset: int = 0, db: Session = Depends(get_db)):",
        f"    return service.list_{name}s(db, limit=limit, offset=offset)",
        "",
        "",
        f'@router.post("", response_model={model}Out, status_code=201)',
        f"def create(data: {model}Create, db: Session = Depends(get_db)):",
        "    try:",
        f"        return service.create_{name}(db, data)",
        "    except LookupError as error:",
        "        raise HTTPException(404, str(error)) from error",
        "",
        "",
        f'@router.get("/{{{name}_id}}", response_model={model}Out)',
        f"def read({name}_id: int, db: Session = Depends(get_db)):",
        f"    row = service.get_{name}(db, {name}_id)",
        "    if row is None:",
        f'        raise HTTPException(404, "no such {name}")',
        "    return row",
        "",
        "",
        f'@router.patch("/{{{name}_id}}", response_model={model}Out)',
        f"def update({name}_id: int, data: {model}Update, db: Session = Depends(get_db)):",
        f"    return service.update_{name}(db, {name}_id, data)",
    ]
    for verb in verbs:
        lines += [
            "",
            "",
            f'@router.post("/{{{name}_id}}/{verb}", response_model={model}Out)',
            f"def {verb}({name}_id: int, force: bool = False, db: Session = Depends(get_db)):",
            f"    return service.{verb}_{name}(db, {name}_id, force=force)",
        ]
    return "\n".join(lines) + "\n"


def shared(entities: list[str]) -> dict[str, str]:
    """The files that hold the packages together."""
    mounted = "".join(f"from app.{name}.router import router as {name}_router\n" for name in entities)
    included = "".join(f'app.include_router({name}_router, prefix="/api")\n' for name in entities)
    return {
        "app/__init__.py": "",
        "app/settings.py": "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        '    hub_url: str = "http://hub"\n    database_url: str = "postgresql://localhost/app"\n\n\nsettings = Settings()\n',
        "app/database.py": "from collections.abc import Iterator\n\nfrom sqlalchemy import create_engine\n"
        "from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker\n\nfrom app.settings import settings\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n\n\nengine = create_engine(settings.database_url)\nmake = sessionmaker(engine)\n\n\n"
        "def get_db() -> Iterator[Session]:\n    with make() as db:\n        yield db\n",
        "app/main.py": f"from fastapi import FastAPI\n\n{mounted}\napp = FastAPI()\n{included}",
        "requirements.txt": "fastapi\nsqlalchemy\nhttpx\npydantic-settings\n",
    }
