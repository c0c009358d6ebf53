"""The account page as a coder uses it: keys and mouse, nothing else."""

from playwright.sync_api import Locator, Page, expect

_CORNERS = """(passage) => {
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  const nodes = [];
  let all = "";
  while (walker.nextNode()) {
    nodes.push([walker.currentNode, all.length]);
    all += walker.currentNode.data;
  }
  const range = document.createRange();
  const at = all.indexOf(passage);
  const node = (offset) => nodes.findLast(([, start]) => start <= offset);
  const [first, from] = node(at);
  const [last, to] = node(at + passage.length - 1);
  range.setStart(first, at - from);
  range.setEnd(last, at + passage.length - to);
  const reading = document.getElementById("reading");
  reading.scrollTop += range.getBoundingClientRect().top - reading.getBoundingClientRect().top - 40;
  const lines = [...range.getClientRects()].filter((line) => line.width > 1);
  const begin = lines[0], end = lines.at(-1);
  return [begin.left + 0.5, begin.top + begin.height / 2, end.right - 0.5, end.top + end.height / 2];
}"""


class Desk:
    """One account, open in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def row(self, code: str) -> Locator:
        """The line of a code, as it is displayed with its point."""
        return self.page.locator("#codes .code-row", has=self.page.locator(".what > .code", has_text=code))

    def add_diagnosis(self, words: str, code: str, *, poa: str = "", role: str = "diagnosis") -> None:
        """Type words and choose the code from the list that appears."""
        form = self.page.locator("#add-diagnosis")
        form.locator("[name=role]").select_option(role)
        if poa:
            form.locator("[name=poa]").select_option(poa)
        self._choose(form, words, code)

    def add_procedure(self, words: str, code: str, *, day: str) -> None:
        """The same for a procedure of a day."""
        form = self.page.locator("#add-procedure")
        form.locator("[name=performed_on]").fill(day)
        self._choose(form, words, code)

    def _choose(self, form: Locator, words: str, code: str) -> None:
        form.locator("[name=q]").press_sequentially(words, delay=5)
        form.locator(f".code-results button[value='{code.replace('.', '')}']").click()
        expect(self.row(code)).to_be_visible()

    def open_document(self, kind: str) -> None:
        """Show a document of the record."""
        self.page.locator("#documents a", has_text=kind).first.click()
        chosen = self.page.locator("#documents a[aria-current=true]")
        expect(chosen).to_contain_text(kind)

    def link(self, passage: str, code: str) -> None:
        """Select a passage of the open document with the mouse and link it to a code."""
        x, y, to_x, to_y = self.page.evaluate(_CORNERS, passage)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(to_x, to_y, steps=4)
        mouse.up()
        expect(self.page.locator("#quote")).to_have_value(passage)
        option = self.page.locator("#link-code option", has_text=code)
        self.page.locator("#link-code").select_option(value=option.get_attribute("value"))
        self.page.get_by_role("button", name="Link", exact=True).click()
        expect(self.row(code).locator(".passage")).to_contain_text(passage[:50])

    def abstract(self, source: str, **elements: str) -> None:
        """Write down the claim elements as the record says them."""
        form = self.page.locator("#abstract-form")
        for name, value in elements.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        option = form.locator("[name=source] option", has_text=source)
        form.locator("[name=source]").select_option(value=option.get_attribute("value"))
        form.get_by_role("button", name="Record it").click()
        expect(self.page.locator("#abstract summary")).to_contain_text("Agree")

    def finalize(self) -> None:
        """Declare it final coded and stay."""
        self.page.get_by_role("button", name="Finalize", exact=True).click()

    def expect_verdict(self, words: str) -> None:
        """Wait for the check's verdict; the page asks for it by itself while the check runs."""
        expect(self.page.get_by_test_id("verdict")).to_have_text(words, timeout=30_000)
