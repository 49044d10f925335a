// Light or dark: as the system says, unless the reader chose.
import { h } from "./dom";
import { icon } from "./icons";

const key = "sentinel-theme";
const listeners = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");

/** Applies what the reader chose the last time. */
export function startTheme(): void {
    apply(localStorage.getItem(key));
    system.addEventListener("change", () => listeners.forEach(listener => listener()));
}

/** Calls back when colours change, until the signal is aborted. */
export function onTheme(listener: () => void, signal: AbortSignal): void {
    listeners.add(listener);
    signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
}

export function themeSwitch(): HTMLElement {
    const button = h("button", {
        type: "button",
        class: "quiet",
        click: () => {
            const next = isDark() ? "light" : "dark";
            localStorage.setItem(key, next);
            apply(next);
            label();
        },
    });
    const word = h("span", { class: "hidden" });
    const label = (): void => {
        word.textContent = isDark() ? "Use light colours" : "Use dark colours";
    };
    label();
    button.append(icon("theme"), word);
    return button;
}

function isDark(): boolean {
    const chosen = document.documentElement.getAttribute("data-theme");
    return chosen ? chosen === "dark" : system.matches;
}

function apply(theme: string | null): void {
    if (theme === "dark" || theme === "light") {
        document.documentElement.setAttribute("data-theme", theme);
    }
    listeners.forEach(listener => listener());
}
