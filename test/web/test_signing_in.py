"""What somebody sees whose account others guess at."""

import re

import pytest
from playwright.async_api import Page, expect

from test.conftest import StartService
from test.support.accounts import PASSWORD
from test.web.conftest import Arrive, SignUp
from test.web.people import Person, http_client

PER_ACCOUNT = 10


async def others_guess_at(person: Person) -> None:
    async with http_client(str(person.http.base_url)) as stranger:
        for number in range(PER_ACCOUNT):
            guess = {"email": person.email, "password": f"guess {number}"}
            assert (await stranger.post("/api/user/login", json=guess)).status_code == 401


async def sign_in(page: Page, person: Person) -> None:
    await page.goto("/sign-in")
    await page.locator("#email").fill(person.email)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form button[type=submit]").click()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en-GB", r"Too many failed attempts\. Wait \d+ seconds, then try again\."),
        ("zh-TW", r"失敗次數過多，請等 \d+ 秒後再試。"),
    ],
)
async def test_on_a_strange_browser_is_told_how_long_to_wait(
    start_service: StartService, arrive: Arrive, people: SignUp, language: str, told: str
) -> None:
    # The usual minute could be over before the buyer has come.
    service = start_service(failure_window_seconds=900)
    buyer = await people("buyer", of=service)
    await others_guess_at(buyer)
    visitor = await arrive(at=service.base_url, locale=language)
    visitor.expect_failures("429")

    await sign_in(visitor.page, buyer)

    await expect(visitor.page.locator(".notice")).to_have_text(re.compile(f"^{told}$"))


async def test_on_their_own_browser_just_signs_in(arrive: Arrive, buyer: Person) -> None:
    page = (await arrive()).page
    await sign_in(page, buyer)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await others_guess_at(buyer)

    await sign_in(page, buyer)

    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def test_what_is_wrong_is_focused_and_told_in_the_language_of_the_page(
    arrive: Arrive, buyer: Person
) -> None:
    visitor = await arrive()
    visitor.expect_failures("401", "400")
    page = visitor.page
    await page.goto("/sign-in")
    await page.locator("#email").fill(buyer.email)
    await page.locator("form button[type=submit]").click()
    await expect(page.locator("#password")).to_be_focused()
    await expect(page.locator("#password-error")).to_have_text("Please fill in this field.")

    await page.keyboard.type("not the password")
    await page.keyboard.press("Enter")
    notice = page.locator(".notice")
    await expect(notice).to_have_text("The email or the password is not right.")
    await expect(page.locator("#password")).to_be_focused()
    await page.get_by_role("button", name="切換為中文").click()
    await expect(notice).to_have_text("電子郵件或密碼不正確。")

    await page.get_by_role("main").get_by_role("link").click()
    await page.locator("#name").fill("Ana\u200bBanana")
    await page.locator("#email").fill("nobody")
    await page.locator("#password").fill("long enough for this")
    await page.keyboard.press("Enter")
    await expect(page.locator("#email-error")).to_have_text(re.compile("電子郵件"))
    await expect(page.locator("#email")).to_be_focused()
    await page.locator("#email").fill(f"new-{buyer.email}")
    await page.keyboard.press("Enter")
    await expect(page.locator("#name-error")).to_have_text(re.compile("看不見的字元"))
    await expect(page.locator("#name")).to_be_focused()
    await expect(page.locator("#email-error")).to_have_count(0)
