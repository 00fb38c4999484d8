// Live views. An element with data-live="address" is kept up to date from there: each event "part" names an element's id and its new
// content, which the relay rendered, and what of it is to be said. The browser connects again by itself; when it may not any more, the
// page says so.
const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";
const status = document.querySelector("[data-live-said]");

// In a line that stays: a reader of the screen hears what changes in it, and not what comes with a new element.
function say(text) {
    if (text && status.textContent !== text) status.textContent = text;
}

// The keyboard's focus stays where it was: on the same link or field, or else on the part, so that it is not lost to the page's top.
function replace(part, html) {
    const focused = part.contains(document.activeElement) && document.activeElement !== part ? document.activeElement : null;
    part.innerHTML = html;
    if (!focused) return;
    const same = [...part.querySelectorAll(focusable)].find(candidate =>
        candidate.tagName === focused.tagName && candidate.id === focused.id
        && candidate.getAttribute("href") === focused.getAttribute("href") && candidate.getAttribute("name") === focused.getAttribute("name"));
    if (!same) part.tabIndex = -1;
    (same ?? part).focus({ preventScroll: true });
}

for (const view of document.querySelectorAll("[data-live]")) {
    const stream = new EventSource(view.dataset.live);
    stream.addEventListener("part", event => {
        const { id, html, said } = JSON.parse(event.data);
        const part = document.getElementById(id);
        if (part && part.innerHTML !== html) replace(part, html);
        say(said);
    });
    stream.addEventListener("end", () => stream.close());
    stream.addEventListener("error", () => {
        if (stream.readyState !== EventSource.CLOSED) return;
        for (const lost of document.querySelectorAll("[data-live-lost]")) {
            lost.hidden = false;
            say(lost.textContent);
        }
    });
}
