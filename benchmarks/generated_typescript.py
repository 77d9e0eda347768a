"""A service on NestJS and TypeORM as people write them: five files for each entity, calling one another."""

from benchmarks.words import Words, camel, lower_camel

COLUMN_TYPES = (
    ("string", "varchar"),
    ("number", "int"),
    ("boolean", "boolean"),
    ("Date", "timestamptz"),
    ("string", "text"),
)


def module(index: int, words: Words) -> dict[str, str]:
    """Path → text of the files of one entity. It refers to entities with smaller indexes, so imports form no circle."""
    name, parent = words.entity(index), words.entity(words.number(0, index - 1)) if index else None
    fields, verbs = words.fields(words.number(5, 10)), words.verbs(words.number(4, 8))
    slug = name.replace("_", "-")
    base = f"src/{slug}/{slug}"
    return {
        f"{base}.entity.ts": entity(name, parent, fields, words),
        f"{base}.dto.ts": dto(name, fields, words),
        f"{base}.service.ts": service(name, parent, fields, verbs, words),
        f"{base}.controller.ts": controller(name, verbs),
        f"{base}.module.ts": nest_module(name, parent),
    }


def path_to(name: str, room: str) -> str:
    slug = name.replace("_", "-")
    return f"../{slug}/{slug}.{room}"


def entity(name: str, parent: str | None, fields: list[str], words: Words) -> str:
    lines = [
        'import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from "typeorm";'
    ]
    if parent:
        lines.append(f'import {{ {camel(parent)} }} from "{path_to(parent, "entity")}";')
    lines += [
        "",
        f'@Entity({{ name: "{name}s" }})',
        f"export class {camel(name)} {{",
        "  @PrimaryGeneratedColumn()",
        "  id: number;",
        "",
    ]
    lines += ['  @CreateDateColumn({ name: "created_at" })', "  createdAt: Date;"]
    for field in fields:
        kind, column = COLUMN_TYPES[words.number(0, len(COLUMN_TYPES) - 1)]
        index = ["  @Index()"] if words.chance(0.2) else []
        lines += [
            "",
            *index,
            f'  @Column({{ name: "{field}", type: "{column}", nullable: {str(words.chance(0.5)).lower()} }})',
        ]
        lines.append(f"  {lower_camel(field)}: {kind} | null;")
    if parent:
        lines += [
            "",
            f'  @ManyToOne(() => {camel(parent)}, {{ onDelete: "CASCADE" }})',
            f'  @JoinColumn({{ name: "{parent}_id" }})',
        ]
        lines.append(f"  {lower_camel(parent)}: {camel(parent)};")
    lines += [
        "",
        "  label(): string {",
        f"    return `{camel(name)} ${{this.id}} (${{this.{lower_camel(fields[0])}}})`;",
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def dto(name: str, fields: list[str], words: Words) -> str:
    lines = ['import { IsNotEmpty, IsOptional, IsString, MaxLength } from "class-validator";', ""]
    for prefix in ("Create", "Update"):
        lines.append(f"export class {prefix}{camel(name)}Dto {{")
        for field in fields:
            need = "@IsNotEmpty()" if prefix == "Create" and words.chance(0.4) else "@IsOptional()"
            lines += [
                f"  {need}",
                "  @IsString()",
                f"  @MaxLength({words.number(20, 400)})",
                f"  {lower_camel(field)}?: string;",
                "",
            ]
        lines[-1] = "}"
        lines.append("")
    lines += [
        f"export interface {camel(name)}Filter {{",
        *(f"  {lower_camel(field)}?: string;" for field in fields),
        "}",
    ]
    return "\n".join(lines) + "\n"


def service(name: str, parent: str | None, fields: list[str], verbs: list[str], words: Words) -> str:
    model, repository = camel(name), f"{lower_camel(name)}s"
    slug = name.replace("_", "-")
    lines = [
        'import { Injectable, Logger, NotFoundException } from "@nestjs/common";',
        'import { InjectRepository } from "@nestjs/typeorm";',
        'import axios from "axios";',
        'import { Repository } from "typeorm";',
        f'import {{ {model} }} from "./{slug}.entity";',
        f'import {{ Create{model}Dto, Update{model}Dto, {model}Filter }} from "./{slug}.dto";',
        *([f'import {{ {camel(parent)}Service }} from "{path_to(parent, "service")}";'] if parent else []),
        "",
        "@Injectable()",
        f"export class {model}Service {{",
        f"  private readonly logger = new Logger({model}Service.name);",
        "",
        "  constructor(",
        f"    @InjectRepository({model}) private readonly {repository}: Repository<{model}>,",
        *([f"    private readonly {lower_camel(parent)}Service: {camel(parent)}Service,"] if parent else []),
        "  ) {}",
        "",
        f"  async findAll(filter: {model}Filter, limit = 50, offset = 0): Promise<{model}[]> {{",
        "    const where = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));",
        f'    return this.{repository}.find({{ where, take: limit, skip: offset, order: {{ id: "ASC" }} }});',
        "  }",
        "",
        f"  async findOne(id: number): Promise<{model}> {{",
        f"    const row = await this.{repository}.findOne({{ where: {{ id }} }});",
        "    if (!row) {",
        f"      throw new NotFoundException(`no such {name}: ${{id}}`);",
        "    }",
        "    return row;",
        "  }",
        "",
        f"  async create(data: Create{model}Dto, parentId: number): Promise<{model}> {{",
        *(
            [
                f"    const owner = await this.{lower_camel(parent)}Service.findOne(parentId);",
                "    this.logger.log(owner.label());",
            ]
            if parent
            else []
        ),
        f"    const row = this.{repository}.create({{ ...data }} as Partial<{model}>);",
        f"    return this.{repository}.save(row);",
        "  }",
        "",
        f"  async update(id: number, data: Update{model}Dto): Promise<{model}> {{",
        "    const row = await this.findOne(id);",
        "    Object.assign(row, data);",
        f"    return this.{repository}.save(row);",
        "  }",
    ]
    for verb in verbs:
        first, last = lower_camel(fields[0]), lower_camel(fields[-1])
        lines += [
            "",
            f"  /** Takes a {name} to its next state; told to the outside only when something changed. */",
            f"  async {verb}(id: number, force = false): Promise<{model}> {{",
            "    const row = await this.findOne(id);",
            f"    const before = [row.{first}, row.{last}, String(row.{first}).length * {words.number(2, 9)}];",
            f'    const next = force || row.{last} ? {{ state: "{verb}", at: new Date() }} : null;',
            "    if (next !== null && before[0] !== next.state) {",
            f"      await axios.post(`${{process.env.HUB_URL}}/{name}s/${{id}}/{verb}`, {{ id, force, ...next }});",
            f"      await this.{repository}.update({{ id }}, {{ {first}: next.state as never }});",
            "    }",
            "    return row;",
            "  }",
        ]
    return "\n".join([*lines, "}"]) + "\n"


def controller(name: str, verbs: list[str]) -> str:
    model, slug, field = camel(name), name.replace("_", "-"), f"{lower_camel(name)}Service"
    lines = [
        'import { Body, Controller, DefaultValuePipe, Get, Param, ParseIntPipe, Patch, Post, Query } from "@nestjs/common";',
        f'import {{ {model} }} from "./{slug}.entity";',
        f'import {{ Create{model}Dto, Update{model}Dto, {model}Filter }} from "./{slug}.dto";',
        f'import {{ {model}Service }} from "./{slug}.service";',
        "",
        f'@Controller("{slug}s")',
        f"export class {model}Controller {{",
        f"  constructor(private readonly {field}: {model}Service) {{}}",
        "",
        "  @Get()",
        f'  findAll(@Query() filter: {model}Filter, @Query("limit", new DefaultValuePipe(50), ParseIntPipe) limit: number) {{',
        f"    return this.{field}.findAll(filter, limit);",
        "  }",
        "",
        '  @Get(":id")',
        f'  findOne(@Param("id", ParseIntPipe) id: number): Promise<{model}> {{',
        f"    return this.{field}.findOne(id);",
        "  }",
        "",
        '  @Post(":parentId")',
        f'  create(@Param("parentId", ParseIntPipe) parentId: number, @Body() data: Create{model}Dto) {{',
        f"    return this.{field}.create(data, parentId);",
        "  }",
        "",
        '  @Patch(":id")',
        f'  update(@Param("id", ParseIntPipe) id: number, @Body() data: Update{model}Dto) {{',
        f"    return this.{field}.update(id, data);",
        "  }",
    ]
    for verb in verbs:
        lines += [
            "",
            f'  @Post(":id/{verb}")',
            f'  {verb}(@Param("id", ParseIntPipe) id: number, @Body("force") force: boolean) {{',
        ]
        lines += [f"    return this.{field}.{verb}(id, force);", "  }"]
    return "\n".join([*lines, "}"]) + "\n"


def nest_module(name: str, parent: str | None) -> str:
    model, slug = camel(name), name.replace("_", "-")
    imports = [f"TypeOrmModule.forFeature([{model}])", *([f"{camel(parent)}Module"] if parent else [])]
    lines = [
        'import { Module } from "@nestjs/common";',
        'import { TypeOrmModule } from "@nestjs/typeorm";',
        *(f'import {{ {model}{room.capitalize()} }} from "./{slug}.{room}";' for room in ("controller", "service")),
        f'import {{ {model} }} from "./{slug}.entity";',
        *([f'import {{ {camel(parent)}Module }} from "{path_to(parent, "module")}";'] if parent else []),
        "",
        f"@Module({{ imports: [{', '.join(imports)}], controllers: [{model}Controller],",
        f"  providers: [{model}Service], exports: [{model}Service] }})",
        f"export class {model}Module {{}}",
    ]
    return "\n".join(lines) + "\n"


def shared(entities: list[str]) -> dict[str, str]:
    """The files that hold the modules together."""
    imports = "".join(
        f'import {{ {camel(name)}Module }} from "./{name.replace("_", "-")}/{name.replace("_", "-")}.module";\n'
        for name in entities
    )
    return {
        "src/app.module.ts": f'import {{ Module }} from "@nestjs/common";\n{imports}\n'
        f"@Module({{ imports: [{', '.join(camel(name) + 'Module' for name in entities)}] }})\nexport class AppModule {{}}\n",
        "src/main.ts": 'import { NestFactory } from "@nestjs/core";\nimport { AppModule } from "./app.module";\n\n'
        "async function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n"
        '  app.setGlobalPrefix("api");\n  await app.listen(3000);\n}\n\nbootstrap();\n',
        "package.json": '{"name": "generated", "dependencies":'
        ' {"@nestjs/core": "10", "@nestjs/typeorm": "10", "typeorm": "0.3", "axios": "1"}}\n',
        "tsconfig.json": '{"compilerOptions": {"experimentalDecorators": true, "strict": true}}\n',
    }
