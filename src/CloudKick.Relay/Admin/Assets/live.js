// Live views. An element with data-live="address" is kept up to date from there: each event "part" names an element's id and its new
// content, which the relay rendered. The browser connects again by itself; when it may not any more, the page says so.
for (const view of document.querySelectorAll("[data-live]")) {
    const stream = new EventSource(view.dataset.live);
    stream.addEventListener("part", event => {
        const { id, html } = JSON.parse(event.data);
        const part = document.getElementById(id);
        if (part && part.innerHTML !== html) part.innerHTML = html;
    });
    stream.addEventListener("end", () => stream.close());
    stream.addEventListener("error", () => {
        if (stream.readyState === EventSource.CLOSED)
            for (const lost of document.querySelectorAll("[data-live-lost]")) lost.hidden = false;
    });
}
