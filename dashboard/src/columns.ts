// Every column of a row with the words that people use for it.
import { h, type Child } from "./dom";
import { bytes, micros, moment } from "./format";
import { said } from "./text";

export const groups: { title: string; columns: [column: string, label: string][] }[] = [
    {
        title: "What happened",
        columns: [
            ["response_status", "Outcome"],
            ["reason", "Reason code"],
            ["error_code", "JSON-RPC error code"],
            ["http_status", "HTTP status sent"],
            ["decision", "Decided by"],
        ],
    },
    {
        title: "Who",
        columns: [
            ["client_subject", "Caller"],
            ["client_display", "Name"],
            ["client_role", "Roles in effect"],
            ["client_issuer", "Vouched for by"],
            ["client_tenant", "Tenant"],
            ["client_app", "Application"],
            ["client_name", "Client program"],
            ["client_address", "Address"],
        ],
    },
    {
        title: "What and where",
        columns: [
            ["tool_name", "Tool"],
            ["backend_name", "Backend"],
            ["method", "Method"],
            ["route", "Route"],
            ["protocol_version", "Protocol revision"],
            ["jsonrpc_id", "JSON-RPC id"],
            ["session_hash", "Session (hash)"],
            ["trace_id", "Trace id"],
            ["request_bytes", "Request size"],
            ["response_bytes", "Response size"],
        ],
    },
    {
        title: "When and how long",
        columns: [
            ["timestamp", "Arrived"],
            ["latency_ms", "Until the answer, whole ms"],
            ["latency_us", "Until the answer"],
            ["first_byte_us", "Until the backend's first byte"],
            ["gateway_us", "In the gateway before forwarding"],
            ["created_at", "Written to the store"],
        ],
    },
    {
        title: "The row itself",
        columns: [
            ["request_id", "Request id"],
            ["id", "Row id"],
            ["instance", "Written by"],
            ["journal_id", "Writer's id"],
            ["seq", "Number in the writer's month"],
            ["chain_hash", "Link in the chain (SHA-256)"],
        ],
    },
];

/** A column's value as it is read. */
export function shownAs(column: string, value: unknown): Child {
    if (column === "timestamp" || column === "created_at") {
        return moment(String(value));
    }
    if (column.endsWith("_us") && typeof value === "number") {
        return micros(value);
    }
    if (column.endsWith("_bytes") && typeof value === "number") {
        return bytes(value);
    }
    return ["chain_hash", "request_id", "journal_id", "session_hash", "trace_id", "reason", "decision"].includes(
        column,
    )
        ? h("code", null, said(String(value)))
        : said(String(value), 1000);
}
