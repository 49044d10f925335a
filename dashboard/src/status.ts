// The gateway's state, asked again every few seconds while the page is looked at.
import { ApiError, get } from "./api";
import type { Status } from "./types";

const everyMs = 5000;
const listeners = new Set<(status: Status | null, error: ApiError | null) => void>();
let latest: Status | null = null;
let timer = 0;
let isStopped = true;

/** Calls back with every state until the signal is aborted, at once with the last one known. */
export function onStatus(
    listener: (status: Status | null, error: ApiError | null) => void,
    signal?: AbortSignal,
): void {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener), { once: true });
    if (latest) {
        listener(latest, null);
    }
}

export function startStatus(): void {
    isStopped = false;
    void refreshStatus();
}

export function stopStatus(): void {
    isStopped = true;
    latest = null;
    clearTimeout(timer);
}

export async function refreshStatus(): Promise<void> {
    clearTimeout(timer);
    if (!document.hidden) {
        try {
            latest = await get<Status>("status");
            listeners.forEach(listener => listener(latest, null));
        } catch (error) {
            if (!(error instanceof ApiError)) {
                throw error;
            }
            listeners.forEach(listener => listener(latest, error));
        }
    }
    if (!isStopped) {
        clearTimeout(timer);
        timer = window.setTimeout(() => void refreshStatus(), everyMs);
    }
}
