import { APICallError } from "ai";
import { describe, expect, test } from "vitest";
import { failureReason } from "./failures.js";

const answered = (statusCode: number | undefined, isRetryable: boolean) =>
  new APICallError({ message: "words of the provider", url: "http://provider", requestBodyValues: {}, statusCode, isRetryable });

describe("why a generation failed", () => {
  test.each([
    [undefined, "network"], [400, "invalid_request"], [401, "unauthorized"], [403, "unauthorized"],
    [408, "timeout"], [422, "invalid_request"], [429, "rate_limited"], [500, "provider_unavailable"], [529, "provider_unavailable"],
  ] as const)("an answer of status %s is %s", (status, code) => {
    expect(failureReason(answered(status, true))).toEqual({ code, message: "words of the provider", retryable: true });
  });

  test("an answer that was begun and could not be read to its end is the network's, in words that say so", () => {
    const cut = new APICallError({ message: "Failed to process successful response", url: "http://provider", requestBodyValues: {}, statusCode: 200, isRetryable: false, cause: new TypeError("terminated") });
    expect(failureReason(cut)).toEqual({ code: "network", message: "The provider's answer broke off: terminated.", retryable: true });
  });

  test.each(["fetch failed", "Failed to fetch", "network error", "terminated"])("a connection that fails or is cut (%s) is the network's, and worth another try", (words) => {
    expect(failureReason(new TypeError(words))).toEqual({ code: "network", message: words, retryable: true });
  });
});
