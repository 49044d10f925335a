// The only place that makes elements. Values become text or attributes, never markup.

export type Child = Node | string | number | null | undefined | false | Child[];
type Handler = (event: Event) => void;
export type Attributes = Record<string, string | number | boolean | null | undefined | Handler>;

const svgNamespace = "http://www.w3.org/2000/svg";

/** An element; attributes that are null or false are left out, functions are listeners. */
export function h<T extends keyof HTMLElementTagNameMap>(
    tag: T,
    attributes?: Attributes | null,
    ...children: Child[]
): HTMLElementTagNameMap[T] {
    const element = document.createElement(tag);
    assign(element, attributes);
    append(element, children);
    return element;
}

/** An SVG element. */
export function svg(tag: string, attributes?: Attributes | null, ...children: Child[]): SVGElement {
    const element = document.createElementNS(svgNamespace, tag);
    assign(element, attributes);
    append(element, children);
    return element;
}

/** Puts these in the place of everything that the element held. */
export function fill(element: Element, ...children: Child[]): void {
    element.textContent = "";
    append(element, children);
}

function assign(element: Element, attributes: Attributes | null | undefined): void {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value !== null && value !== undefined && value !== false) {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
}

function append(parent: Element, children: Child[]): void {
    for (const child of children) {
        if (Array.isArray(child)) {
            append(parent, child);
        } else if (child instanceof Node) {
            parent.appendChild(child);
        } else if (child !== null && child !== undefined && child !== false) {
            parent.appendChild(document.createTextNode(String(child)));
        }
    }
}
