// Where one is, in the part of the URL that never leaves the browser: #/view/detail?filters.

export interface Route {
    view: string;
    detail: string;
    query: URLSearchParams;
}

export function current(): Route {
    const hash = location.hash.replace(/^#\/?/, "");
    const mark = hash.indexOf("?");
    const path = mark < 0 ? hash : hash.slice(0, mark);
    const slash = path.indexOf("/");
    return {
        view: (slash < 0 ? path : path.slice(0, slash)) || "live",
        detail: slash < 0 ? "" : decode(path.slice(slash + 1)),
        query: new URLSearchParams(mark < 0 ? "" : hash.slice(mark + 1)),
    };
}

/** The link to a view with these filters; empty ones are left out. */
export function to(view: string, filters: Record<string, string | null | undefined> | URLSearchParams = {}): string {
    const query = filters instanceof URLSearchParams ? filters : new URLSearchParams();
    if (!(filters instanceof URLSearchParams)) {
        for (const [name, value] of Object.entries(filters)) {
            if (value) {
                query.append(name, value);
            }
        }
    }
    const text = query.toString();
    return `#/${view}${text ? `?${text}` : ""}`;
}

export function go(hash: string): void {
    if (location.hash === hash) {
        window.dispatchEvent(new HashChangeEvent("hashchange"));
    } else {
        location.hash = hash;
    }
}

function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
