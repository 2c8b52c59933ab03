import { describe, expect, test } from "vitest";
import { findKey, findUrl, readVariables } from "./environment.ts";
import { HELP, parseRequest } from "./options.ts";

describe("the command line", () => {
  test("without options it serves what .env.local names", () => {
    expect(parseRequest([])).toEqual({ kind: "serve", port: 5273, url: undefined, apiPath: "playground", envFile: ".env.local", isNamed: false });
  });

  test("each option is taken, and each is in the help", () => {
    expect(parseRequest(["--url", "https://happy-otter-123.convex.cloud", "--api-path=foo/bar", "--port", "8080", "--env", ".env"])).toEqual({ kind: "serve", port: 8080, url: "https://happy-otter-123.convex.cloud", apiPath: "foo/bar", envFile: ".env", isNamed: true });
    for (const option of ["--url", "--api-path", "--port", "--env", "--version", "--help"]) expect(HELP).toContain(option);
    expect(parseRequest(["--help"]).kind).toBe("help");
    expect(parseRequest(["-v"]).kind).toBe("version");
  });

  test.each([["--port", "0"], ["--port", "99999"], ["--port", "http"], ["--url", "happy-otter"], ["--url", "file:///etc"], ["--nothing"], ["--port"]])("%s %s is a mistake that names the option", (...args) => {
    const request = parseRequest(args);
    expect(request.kind).toBe("mistake");
    expect(request).toHaveProperty("message", expect.stringContaining(args[0]!));
  });
});

describe("the deployment's address", () => {
  const none = { variables: {}, name: ".env.local" };

  test.each(["CONVEX_URL", "VITE_CONVEX_URL", "NEXT_PUBLIC_CONVEX_URL", "CONVEX_SELF_HOSTED_URL"])("%s is found in the file and in the environment", (name) => {
    expect(findUrl({}, { variables: { [name]: " http://127.0.0.1:3210 " }, name: ".env.local" })).toEqual({ url: "http://127.0.0.1:3210", source: `${name} in .env.local` });
    expect(findUrl({ [name]: "http://127.0.0.1:3210" }, none)).toEqual({ url: "http://127.0.0.1:3210", source: `${name} in the environment` });
  });

  test("the environment goes before the file, and an empty variable is none", () => {
    expect(findUrl({ VITE_CONVEX_URL: "http://a" }, { variables: { CONVEX_URL: "http://b" }, name: ".env.local" })?.url).toBe("http://a");
    expect(findUrl({ CONVEX_URL: "" }, none)).toBeNull();
  });

  test("the key comes from one variable alone", () => {
    expect(findKey({}, { CONVEX_AGENT_PLAYGROUND_KEY: "agent_1 " })).toBe("agent_1");
    expect(findKey({ CONVEX_AGENT_PLAYGROUND_KEY: "agent_2" }, { CONVEX_AGENT_PLAYGROUND_KEY: "agent_1" })).toBe("agent_2");
    expect(findKey({ CONVEX_DEPLOY_KEY: "prod:x" }, {})).toBeUndefined();
  });

  test("a file that is not there is known as missing", async () => {
    expect(await readVariables("/nowhere/.env.local")).toBeNull();
  });
});
