"""From signing up to deleting: the first steps, those who are invited, what each may do, and how an organization ends."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import numbers


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_life_of_an_organization(visit: OpenVisitor, theme: str, width: int) -> None:
    number = next(numbers)
    slug, moved = f"northwind-{number}", f"southwind-{number}"
    ada = visit(theme, width=width)
    page = ada.page

    # Three short steps, which wait where one left them.
    page.goto("/sign-up")
    address = ada.register()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Ada")
    page.get_by_label("Name of your organization").fill(f"Northwind {number}")
    expect(page.get_by_role("textbox", name="Address", exact=True)).to_have_value(slug)
    ada.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("First follow the link in the mail")).to_be_visible()
    ada.check()
    page.goto("/start")
    expect(page).to_have_url(re.compile(r"/welcome$"))
    token = ada.mailed(address, "/verify")
    assert page.request.post("/api/v1/auth/verify", data={"token": token}).ok
    page.get_by_role("button", name="I have followed it").click()
    grace_address = f"grace{number}@example.com"
    page.get_by_label("E-mail addresses").fill(f"Grace Hopper <{grace_address}>, grace")
    page.get_by_role("button", name="Send 2 invitations").click()
    expect(page.get_by_text("grace: ")).to_be_visible()
    ada.check()
    page.get_by_label("E-mail addresses").fill(grace_address)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do you want to begin?")
    ada.check()
    page.get_by_role("button", name="Open Pinata Code").click()
    expect(page).to_have_url(re.compile(rf"/{slug}/pinata$"))
    page.goto("/welcome")
    expect(page).to_have_url(re.compile(rf"/{slug}/pinata$"))

    # Who is invited, by mail and by link.
    page.goto(f"/{slug}/settings/members")
    page.get_by_role("navigation", name="Members by state").get_by_role("link", name="Invited 1").click()
    expect(page).to_have_url(re.compile(r"show=invited"))
    expect(page.get_by_role("table", name="Invitations")).to_contain_text(grace_address)
    ada.check()
    page.get_by_role("button", name="Invite").first.click()
    ada.check()
    page.get_by_role("tab", name="By link").click()
    page.get_by_label("For how many people").fill("1")
    ada.check()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    ada.check()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("table", name="Invitations")).to_contain_text("0 of 1 place")

    grace = visit(theme, width=width)
    grace.page.goto(f"/invitation#{ada.mailed(grace_address, '/invitation')}")
    expect(grace.page.get_by_role("heading", level=1)).to_have_text(f"Join Northwind {number}")
    grace.check()
    grace.page.get_by_role("link", name="Create an account").click()
    expect(grace.page.get_by_label("E-mail")).to_have_value(grace_address)
    grace.check()
    grace.register("Grace Hopper", grace_address)
    expect(grace.page).to_have_url(re.compile(rf"/{slug}/pinata$"))

    bob = visit(theme, width=width)
    bob.sign_up("Bob Ross")
    bob.page.goto(link)
    bob.check()
    bob.page.get_by_role("button", name=f"Join Northwind {number}").click()
    expect(bob.page).to_have_url(re.compile(rf"/{slug}/pinata$"))
    eve = visit(theme, width=width)
    eve.page.goto(link)
    expect(eve.page.get_by_role("heading", level=1)).to_have_text("This invitation is over")
    eve.check()

    # Roles, with undo; and an end of access wherever somebody is.
    page.get_by_role("navigation", name="Members by state").get_by_role("link", name="Active 3").click()
    members = page.get_by_role("table", name="Members")
    expect(members).to_contain_text("Bob Ross")
    page.get_by_role("button", name="Role of Grace Hopper: member").click()
    ada.check()
    page.get_by_role("menuitemradio", name=re.compile("Admin")).click()
    expect(page.get_by_text("Grace Hopper is an admin now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Role of Grace Hopper: member")).to_be_visible()
    page.get_by_role("checkbox", name="Choose Bob Ross").check()
    ada.check()
    page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
    ada.check()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(members).not_to_contain_text("Bob Ross")
    expect(bob.page.get_by_text("There is no such organization")).to_be_visible()
    bob.check()

    # Another address, to which the old one leads.
    page.goto(f"/{slug}/organization")
    expect(page).to_have_url(re.compile(rf"/{slug}/settings/general$"))
    ada.check()
    page.get_by_role("textbox", name="Address", exact=True).fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Use 2 to 40 letters")).to_be_visible()
    page.get_by_role("textbox", name="Address", exact=True).fill(moved)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(rf"/{moved}/settings/general$"))
    expect(page.get_by_text(f"These lead here, too: /{slug}")).to_be_visible()
    grace.page.goto(f"/{slug}/settings/members?q=ada")
    expect(grace.page).to_have_url(re.compile(rf"/{moved}/settings/members\?q=ada$"))
    grace.check()

    # The end, and the way back.
    page.get_by_role("button", name="Delete…").click()
    sure = page.get_by_role("button", name="Delete organization")
    expect(sure).to_be_disabled()
    page.get_by_label("to confirm").fill(moved)
    ada.check()
    sure.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in no organization")
    ada.check()
    expect(grace.page.get_by_text("There is no such organization")).to_be_visible()
    page.goto(f"/{moved}/pinata")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Northwind {number} is being deleted")
    ada.check()
    page.get_by_role("button", name="Restore").click()
    expect(page).to_have_url(re.compile(rf"/{moved}/pinata$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
