// What the API answers. Names are the API's own.

export interface Viewer {
    subject: string;
    display: string | null;
    roles: string[];
    expiresAt: string | null;
}

/** A row of audit_log; columns that are NULL are absent. */
export interface Row {
    id: number;
    request_id: string;
    timestamp: string;
    client_subject: string;
    client_role: string;
    tool_name: string;
    backend_name: string;
    request_args?: unknown;
    response_status: string;
    error_message?: string;
    latency_ms: number;
    reason?: string;
    latency_us?: number;
    client_display?: string;
    session_hash?: string;
    trace_id?: string;
    method?: string;
    decision?: string;
    [column: string]: unknown;
}

export interface Page {
    rows: Row[];
    next: string | null;
}

export interface Figures {
    key?: string;
    start?: string;
    calls: number;
    errors: number;
    denials: number;
    error_rate: number;
    denial_rate: number;
    p50_ms: number | null;
    p95_ms: number | null;
    p99_ms: number | null;
}

export interface Statistics {
    groups: Figures[];
    total: Figures;
    from: string;
    to: string;
    truncated: boolean;
}

export interface RuleText {
    text: string;
    conditions: string | null;
}

export interface Policy {
    mode: string;
    unknownMethods: string;
    roles: { name: string; allow: RuleText[]; deny: RuleText[] }[];
    disabled: string[];
    pinning: Record<string, string>;
    callers: { subject: string; kind: string; roles: string[]; expiresAt: string | null }[];
    roleMap: { claim: string; role: string }[];
}

export interface Matrix {
    roles: string[];
    tools: { backend: string; tool: string; cells: string[] }[];
    /** Why recorded tools are missing. */
    note: string | null;
    truncated: boolean;
}

export interface Explanation {
    allowed: boolean;
    reason: string | null;
    rule: string;
    path: string | null;
    wouldRefuse: string | null;
    roles: string[];
    change: string;
}

export interface Destination {
    id: string;
    address: string;
    active: string;
    passive: string;
    dead: boolean;
    concurrent: number;
}

export interface Backend {
    id: string;
    routes: { id: string; path: string }[];
    loadBalancing: string | null;
    destinations: Destination[];
}

export interface AuditState {
    enabled: boolean;
    store: string | null;
    guarantee: string | null;
    healthy: boolean;
    lastError: string | null;
    lastErrorAt: string | null;
    queued: number;
    written: number;
    dropped: number;
    quarantined: number;
    unjournaled: number;
    lagSeconds: number | null;
    journal: { path: string; bytesBehind: number; maxBytes: number; fault: string | null } | null;
    refusesCalls: boolean;
}

export interface Status {
    version: string;
    instance: string;
    startedAt: string;
    draining: boolean;
    requests: number;
    streams: number;
    configuration: {
        path: string;
        loadedAt: string;
        warnings: string[];
        lastFault: string | null;
        lastFaultAt: string | null;
    };
    audit: AuditState;
}

export interface Finding {
    fault: string;
    message: string;
    journalId?: string;
    month?: string;
    seq?: number;
    requestId?: string;
}
