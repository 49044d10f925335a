// Asks the gateway that this page came from, and nobody else.

/** An answer that is none: what the gateway says about it, or that it does not answer. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

let whenSignedOut: () => void = () => undefined;

/** What is done when the session has ended. */
export function onSignedOut(action: () => void): void {
    whenSignedOut = action;
}

export function isAbort(error: unknown): boolean {
    return error instanceof DOMException && error.name === "AbortError";
}

/** A GET for JSON. */
export async function get<T>(path: string, query?: URLSearchParams, signal?: AbortSignal): Promise<T> {
    const response = await send(at(path, query), { ...(signal && { signal }) });
    return (await response.json()) as T;
}

export function at(path: string, query?: URLSearchParams): string {
    const text = query?.toString() ?? "";
    return text ? `api/${path}?${text}` : `api/${path}`;
}

/** Sends JSON; the answer may be empty. */
export async function change<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T | null> {
    const response = await send(`api/${path}`, {
        method,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body ?? {}),
    });
    return response.status === 204 ? null : ((await response.json()) as T);
}

/** Reads a stream of events until it ends or is aborted. */
export async function events(
    url: string,
    signal: AbortSignal,
    onEvent: (name: string, data: unknown) => void,
    onOpen?: () => void,
): Promise<void> {
    const response = await send(url, { signal, headers: { Accept: "text/event-stream" } });
    onOpen?.();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
        const { done, value } = await reader.read().catch(broken);
        if (done) {
            return;
        }
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) {
            dispatch(block, onEvent);
        }
    }
}

function broken(error: unknown): never {
    throw isAbort(error) ? error : new ApiError(0, "broken", "The connection broke off before the answer had ended.");
}

function dispatch(block: string, onEvent: (name: string, data: unknown) => void): void {
    let name = "message";
    let data = "";
    for (const line of block.split("\n")) {
        if (line.startsWith("event:")) {
            name = line.slice(6).trim();
        } else if (line.startsWith("data:")) {
            data += line.slice(5).trim();
        }
    }
    if (data) {
        onEvent(name, JSON.parse(data));
    }
}

async function send(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(url, { credentials: "same-origin", cache: "no-store", redirect: "error", ...init });
    } catch (error) {
        if (isAbort(error)) {
            throw error;
        }
        throw new ApiError(
            0,
            "unreachable",
            "The gateway does not answer. It may be stopped, or the network is gone.",
        );
    }
    if (response.ok) {
        return response;
    }
    const error = await faultOf(response);
    if (response.status === 401 && url !== "api/session") {
        whenSignedOut();
    }
    throw error;
}

async function faultOf(response: Response): Promise<ApiError> {
    try {
        const { error } = (await response.json()) as { error: { code: string; message: string } };
        return new ApiError(response.status, error.code, error.message);
    } catch {
        return new ApiError(response.status, "unreadable", `The gateway answered ${response.status} and no reason.`);
    }
}
