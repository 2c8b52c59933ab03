/** The kinds of failure, and whether the same call may succeed later. */
const CODES = {
  aborted: false,
  timeout: true,
  rate_limited: true,
  unauthorized: false,
  invalid_request: false,
  provider_unavailable: true,
  missing_api_key: false,
  unknown_model: false,
  no_output: true,
  network: true,
  error: false,
} as const satisfies Record<string, boolean>;

/** Why a generation failed, in a form that is stored and shown. */
export type FailureReason = {
  /** What kind of failure; `error` when it is none of the known ones. */
  code: keyof typeof CODES;
  /** What the error said. */
  message: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
};

/** A reason as it is stored in a message's `error`: its kind and what was said. {@link parseFailure} reads it. */
export function formatFailure({ code, message }: FailureReason): string {
  return code === "error" ? message : `${code}: ${message}`;
}

/** Why somebody ended a generation early, as it is stored: an `aborted` reason, unless it names a kind already. */
export function abortReason(reason: string): string {
  return parseFailure(reason).code === "error" ? formatFailure({ code: "aborted", message: reason, retryable: CODES.aborted }) : reason;
}

/** Reads the `error` of a failed message: what kind of failure it was, its words, and whether a retry may help. */
export function parseFailure(error: string): FailureReason {
  const [, code = "", message = ""] = /^([a-z_]+): (.*)$/su.exec(error) ?? [];
  return isCode(code) ? { code, message, retryable: CODES[code] } : { code: "error", message: error, retryable: false };
}

function isCode(code: string): code is FailureReason["code"] {
  return Object.hasOwn(CODES, code);
}
