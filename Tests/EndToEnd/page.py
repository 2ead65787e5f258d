"""Steps that tests of the web page share."""

import json
import urllib.request
from urllib.parse import quote

from playwright.sync_api import expect

# Whether no part of the page is wider than the window.
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def link(server, name, params=None, kind="method"):
    """Returns the link to a method with its arguments."""
    return f"{server}/#{kind}/{name}" + ("" if params is None else f"?{quote(json.dumps(params))}")


def post(server, method, params):
    """Calls a method without the page, and returns the response."""
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(f"{server}/rpc", message, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def show_form(page, schema, schemas=None, required=True):
    """Shows the form of one parameter, `value`, with a schema of the test's own; its values are in `window.form`."""
    page.evaluate("""async ([schema, schemas, required]) => {
        const { Form } = await import("/app/form/form.js");
        const { writeJSON } = await import("/app/json.js");
        document.querySelector("#call-form").hidden = false;
        const fields = document.querySelector("#fields");
        globalThis.form = new Form(fields, [{ name: "value", required, schema }], { root: { components: { schemas } } });
        globalThis.valueNow = () => {
            const { values, problems } = form.read();
            if (problems.length) return problems.map(({ field, message }) => `${field.path}: ${message}`);
            return values[0] === undefined ? "left out" : JSON.parse(writeJSON(values[0]));
        };
        globalThis.textNow = () => writeJSON(form.read().values[0]);
    }""", [schema, schemas or {}, required])


def value_of(page):
    """Returns the value of the shown form, what is wrong with it, or "left out"."""
    return page.evaluate("valueNow()")


def fill(page, path, text):
    page.fill(f"#fields [name='{path}']", text)


def expect_result(page, text, state="ok"):
    expect(page.locator("#result")).to_have_attribute("data-state", state)
    expect(page.locator("#result")).to_have_text(text)
