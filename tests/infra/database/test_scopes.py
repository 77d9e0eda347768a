"""Each scope sees its own rows and no others, whatever happened on its connection before."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from tenantry.core.actors import ANONYMOUS, Actor
from tenantry.core.errors import Forbidden
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, Scope
from tenantry.infra.database.system_scopes.models import SystemScopeRecord
from tenantry.infra.database.urls import DatabaseUrls
from tests.infra.database.sample import Book, Notice, Reader, Shelf, Ticket


async def names(scope: Scope) -> list[str]:
    """The shelves that are seen."""
    return list(await scope.session.scalars(select(Shelf.name).order_by(Shelf.name)))


async def fill(database: Database, organization: OrganizationRef, actor: Actor, *shelves: str) -> None:
    """Put shelves up."""
    async with database.org_scope(organization, actor) as scope:
        scope.session.add_all(Shelf(name=name) for name in shelves)


async def test_organizations_see_their_own_rows(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor, bob: Actor
) -> None:
    await fill(sample, org_a, ada, "one", "two")
    await fill(sample, org_b, bob, "three")
    async with sample.org_scope(org_a, ada) as scope:
        assert await names(scope) == ["one", "two"]
        assert (await scope.session.execute(update(Shelf).values(name=Shelf.name + "!"))).rowcount == 2
    async with sample.org_scope(org_b, bob) as scope:
        assert await names(scope) == ["three"]
        assert (await scope.session.execute(delete(Shelf))).rowcount == 1
    async with sample.org_scope(org_a, ada) as scope:
        assert await names(scope) == ["one!", "two!"]


async def test_a_row_cannot_be_written_into_another_organization(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with sample.org_scope(org_a, ada) as scope:
            await scope.session.execute(insert(Shelf).values(org_id=org_b.id, name="smuggled"))
    await fill(sample, org_a, ada, "mine")
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with sample.org_scope(org_a, ada) as scope:
            await scope.session.execute(update(Shelf).values(org_id=org_b.id))


async def test_a_reference_cannot_reach_into_another_organization(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        shelf = Shelf(name="theirs")
        scope.session.add(shelf)
    with pytest.raises(IntegrityError, match="fk_sample_books"):
        async with sample.org_scope(org_b, ada) as scope:
            scope.session.add(Book(title="mine", shelf_id=shelf.id))


async def test_the_same_name_may_be_used_in_both(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    await fill(sample, org_a, ada, "same")
    await fill(sample, org_b, ada, "same")
    with pytest.raises(IntegrityError):
        await fill(sample, org_b, ada, "same")


async def test_relationships_over_composite_keys(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        book = Book(title="The Analyst", shelf=Shelf(name="engines"))
        scope.session.add(book)
        await scope.session.flush()
        assert book.org_id == org_a.id
        assert book.shelf is not None
        assert book.shelf_id == book.shelf.id
    async with sample.org_scope(org_a, ada) as scope:
        found = (await scope.session.scalars(select(Book))).one()
        found.shelf = None
    async with sample.org_scope(org_a, ada) as scope:
        found = (await scope.session.scalars(select(Book))).one()
        assert (found.shelf_id, found.org_id) == (None, org_a.id)


async def test_deleting_what_is_referred_to_clears_the_reference_alone(
    sample: Database, org_a: OrganizationRef, ada: Actor
) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        scope.session.add(Book(title="The Analyst", shelf=Shelf(name="engines")))
    async with sample.org_scope(org_a, ada) as scope:
        await scope.session.execute(delete(Shelf))
    async with sample.org_scope(org_a, ada) as scope:
        found = (await scope.session.scalars(select(Book))).one()
        assert (found.shelf_id, found.org_id) == (None, org_a.id)


async def test_many_rows_go_in_one_message(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        scope.session.add_all(Shelf(name=f"{number:04}") for number in range(500))
        await scope.session.flush()
        statements = await scope.session.scalar(
            select(func.count(func.distinct(text("xmin::text || cmin::text")))).select_from(Shelf)
        )
        assert statements == 1


async def test_a_person_sees_their_own_rows_and_memberships(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor, bob: Actor
) -> None:
    for organization, people in ((org_a, (ada, bob)), (org_b, (ada,))):
        async with sample.org_scope(organization, ada) as scope:
            scope.session.add_all(Reader(user_id=person.id) for person in people)
    async with sample.user_scope(ada) as scope:
        scope.session.add(Ticket(secret_hash=b"ada" * 10))
        assert set(await scope.session.scalars(select(Reader.org_id))) == {org_a.id, org_b.id}
    async with sample.user_scope(bob) as scope:
        assert list(await scope.session.scalars(select(Reader.org_id))) == [org_a.id]
        assert list(await scope.session.scalars(select(Ticket))) == []
        # Nobody makes themselves a member from outside.
        assert (await scope.session.execute(update(Reader).values(user_id=bob.id))).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with sample.user_scope(bob) as scope:
            await scope.session.execute(insert(Reader).values(org_id=org_b.id, user_id=bob.id))


async def test_a_secret_shows_its_one_row(sample: Database, ada: Actor, bob: Actor) -> None:
    for person, secret in ((ada, b"a" * 32), (bob, b"b" * 32)):
        async with sample.user_scope(person) as scope:
            scope.session.add(Ticket(secret_hash=secret))
    async with sample.presented_scope(b"a" * 32) as scope:
        assert list(await scope.session.scalars(select(Ticket.user_id))) == [ada.id]
        assert (await scope.session.execute(delete(Ticket))).rowcount == 0
    async with sample.presented_scope(b"c" * 32) as scope:
        assert list(await scope.session.scalars(select(Ticket))) == []


async def test_nobody_sees_nothing_but_what_is_everybodys(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    await fill(sample, org_a, ada, "one")
    async with sample.system_scope("putting a notice up") as scope:
        scope.session.add(Notice(id=1))
    async with sample.anonymous_scope() as scope:
        assert scope.actor == ANONYMOUS
        assert await names(scope) == []
        assert list(await scope.session.scalars(select(Ticket))) == []
        assert list(await scope.session.scalars(select(Notice.id))) == [1]
    with pytest.raises(DBAPIError, match="permission denied"):
        async with sample.anonymous_scope() as scope:
            await scope.session.execute(delete(Notice))


async def test_the_system_sees_all_and_says_why(
    sample: Database, org_a: OrganizationRef, org_b: OrganizationRef, ada: Actor
) -> None:
    await fill(sample, org_a, ada, "one")
    await fill(sample, org_b, ada, "two")
    with pytest.raises(LookupError):
        async with sample.system_scope("counting shelves", actor=ada) as scope:
            assert await names(scope) == ["one", "two"]
            raise LookupError  # what is looked at stays written down although the work is rolled back
    async with sample.system_scope("reading the record") as scope:
        records = list(await scope.session.scalars(select(SystemScopeRecord).order_by(SystemScopeRecord.at)))
        assert [(record.reason, record.actor_id) for record in records] == [
            ("counting shelves", ada.id),
            ("reading the record", None),
        ]
        assert abs((datetime.now(UTC) - records[0].at).total_seconds()) < 60
    for statement in (update(SystemScopeRecord).values(reason="nothing"), delete(SystemScopeRecord)):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with sample.system_scope("hiding the record") as scope:
                await scope.session.execute(statement)
    with pytest.raises(ValueError, match="why"):
        async with sample.system_scope("  "):
            pass


async def test_a_request_works_its_way_up_in_one_transaction(
    sample: Database, org_a: OrganizationRef, ada: Actor
) -> None:
    async with sample.user_scope(ada) as scope:
        scope.session.add(Ticket(secret_hash=b"a" * 32))
    await fill(sample, org_a, ada, "one")
    async with sample.presented_scope(b"a" * 32) as stranger:
        transaction = await stranger.session.scalar(select(func.pg_current_xact_id()))
        ticket = (await stranger.session.scalars(select(Ticket))).one()
        person = await stranger.to_user(Actor.user(ticket.user_id, "Ada"))
        assert list(await person.session.scalars(select(Ticket.id))) == [ticket.id]
        inside = await person.to_organization(org_a, person.actor, role=Role.MEMBER, permissions={"shelves.read"})
        assert isinstance(inside, OrgScope)
        assert await names(inside) == ["one"]
        assert list(await inside.session.scalars(select(Ticket))) == []  # the person's own are out of sight now
        assert await inside.session.scalar(select(func.pg_current_xact_id())) == transaction


async def test_no_scope_changes_inside_a_savepoint(sample: Database, ada: Actor) -> None:
    async with sample.anonymous_scope() as scope, scope.savepoint():
        with pytest.raises(RuntimeError, match="savepoint"):
            await scope.to_user(ada)


async def test_a_savepoint_fails_alone(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with sample.org_scope(org_a, ada) as scope:
        scope.session.add(Shelf(name="kept"))
        await scope.session.flush()
        with pytest.raises(IntegrityError):
            async with scope.savepoint():
                scope.session.add(Shelf(name="kept"))
                await scope.session.flush()
        assert await names(scope) == ["kept"]  # still in the organization
    async with sample.org_scope(org_a, ada) as scope:
        assert await names(scope) == ["kept"]


async def test_an_error_undoes_everything(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    with pytest.raises(LookupError):
        async with sample.org_scope(org_a, ada) as scope:
            scope.session.add(Shelf(name="lost"))
            await scope.session.flush()
            raise LookupError
    async with sample.org_scope(org_a, ada) as scope:
        assert await names(scope) == []


async def test_read_only_refuses_to_write(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with sample.org_scope(org_a, ada, read_only=True) as scope:
            scope.session.add(Shelf(name="lost"))


async def test_what_waits_for_the_commit(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    called: list[str] = []

    async def later() -> None:
        async with sample.org_scope(org_a, ada) as scope:
            called.extend(await names(scope))

    async with sample.org_scope(org_a, ada) as scope:
        scope.session.add(Shelf(name="saved"))
        scope.after_commit(lambda: 1 / 0)  # a failure is reported, and keeps nobody else from being called
        scope.after_commit(later)
        assert called == []
    assert called == ["saved"]
    with pytest.raises(LookupError):
        async with sample.org_scope(org_a, ada) as scope:
            scope.after_commit(later)
            raise LookupError
    assert called == ["saved"]


async def test_permissions(sample: Database, org_a: OrganizationRef, ada: Actor) -> None:
    async with sample.org_scope(org_a, ada, role=Role.MEMBER, permissions={"shelves.read"}) as scope:
        scope.require("shelves.read")
        with pytest.raises(Forbidden, match="does not allow") as caught:
            scope.require("shelves.write")
    assert caught.value.to_dict()["permission"] == "shelves.write"


async def test_scopes_interleaved_on_one_connection(sample_urls: DatabaseUrls) -> None:
    """Forty organizations take turns, at random and with failures, on a single pooled connection: none sees another's."""
    database = Database(sample_urls, pool_size=1)
    organizations = [OrganizationRef(new_id(), f"org-{number}", "") for number in range(40)]
    everybody = Actor.user(new_id(), "Ada")
    for organization in organizations:
        await fill(database, organization, everybody, organization.slug)

    async def visit(number: int) -> None:
        organization = organizations[number % 40]
        try:
            async with database.org_scope(organization, everybody) as scope:
                assert await names(scope) == [organization.slug]
                if number % 3 == 0:
                    await scope.session.execute(text("SELECT 1/0"))
                if number % 7 == 0:
                    raise LookupError
        except (DBAPIError, LookupError):
            pass
        async with database.anonymous_scope() as scope:
            assert await names(scope) == []

    await asyncio.gather(*(visit(number) for number in range(200)))
    await database.close()
