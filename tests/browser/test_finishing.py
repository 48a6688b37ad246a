"""What depends on another control, presets, a spot in the picture, and saved settings."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def with_picture(visit: Visit, operation: str, **options: object) -> Page:
    page = visit(f"/edit/{operation}/?sample=coffee", **options)
    expect(page.locator("asset-drop").first).to_contain_text("600 × 400", timeout=30_000)
    return page


def said(page: Page) -> dict[str, str]:
    form = "Object.fromEntries(new FormData(document.getElementById('operation-form')))"
    return dict(page.evaluate(form))


def test_only_what_has_a_meaning_is_shown(visit: Visit) -> None:
    page = with_picture(visit, "crop")
    fill, color = page.locator("#fill-label"), page.get_by_label("Color beside it")
    expect(fill).to_be_hidden()
    expect(color.last).to_be_hidden()
    page.get_by_text("Fit whole", exact=True).click()
    expect(fill).to_be_visible()
    expect(color.last).to_be_hidden()
    page.get_by_text("A color", exact=True).click()
    expect(color.last).to_be_visible()
    page.get_by_text("Percent", exact=True).click()
    expect(fill).to_be_hidden()
    expect(color.last).to_be_hidden()
    expect(page.locator("#id_scale")).to_be_visible()
    assert not {"mode", "fill", "background_color", "width", "height"} & said(page).keys()
    expect(page.locator("#details")).to_contain_text("50 % makes it 300 × 200 px")


def test_a_preset_sets_the_controls_and_a_change_makes_it_ones_own(visit: Visit) -> None:
    page = with_picture(visit, "convert")
    page.get_by_text("E-mail", exact=True).click()
    email = {"format": "jpeg", "quality": "70", "target_kb": "200", "longest_side": "1600"}
    assert said(page) | email | {"preset": "email"} == said(page)
    expect(page.locator("#details")).to_contain_text("less than now (71 KB)")
    page.get_by_text("Web", exact=True).click()
    assert said(page)["target_kb"] == ""
    page.locator("#id_quality").fill("81")
    assert said(page)["preset"] == "own"
    assert said(page)["longest_side"] == "2048", "the rest stays"


def test_settings_are_saved_used_undone_and_deleted(visit: Visit) -> None:
    page = with_picture(visit, "watermark")
    page.locator("#id_text").fill("© North")
    page.locator("#id_position").select_option("custom")
    expect(page.locator(".focus-handle")).to_be_visible()
    box = page.locator("crop-view").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    spot = page.locator("#id_spot").input_value()
    assert 0.15 < float(spot.split(",")[0]) < 0.35
    page.get_by_text("Save these settings").click()
    page.locator("#settings-name").fill("Shop mark")
    page.locator("#settings-name").press("Enter")
    chip = page.locator("[data-settings]", has_text="Shop mark")
    expect(chip).to_be_visible()
    page.reload()
    page.locator("#id_text").fill("Else")
    page.locator("#id_position").select_option("tiled")
    chip.click()
    expect(page.locator("#id_text")).to_have_value("© North")
    expect(page.locator("#id_position")).to_have_value("custom")
    back = page.locator("#id_spot").input_value()
    assert [float(n) for n in back.split(",")] == [float(n) for n in spot.split(",")]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#id_text")).to_have_value("Else")
    expect(page.locator("asset-drop").first).to_contain_text("600 × 400")
    page.get_by_role("button", name="Delete the saved settings Shop mark").click()
    expect(chip).to_have_count(0)


def test_a_phone_has_room_for_it(visit: Visit) -> None:
    for operation in ("convert", "crop", "watermark"):
        page = with_picture(visit, operation, size="phone")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
