// A walk through the API by openapi-fetch, with the types that openapi-typescript generates.
//
// Usage: node walk_openapi_fetch.js SITE EMAIL PASSWORD PHOTO

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import createClient from "openapi-fetch";

import type { components, paths } from "./openapi_typescript.js";

type Form = Record<string, unknown>;

const [site, email, password, path] = process.argv.slice(2) as [string, string, string, string];
const photo = new File([readFileSync(path)], "first.jpg", { type: "image/jpeg" });
const api = createClient<paths>({ baseUrl: site });

/** Return what was answered, which must be no problem. */
function answered<Data>({ data, error }: { data?: Data; error?: unknown }): NonNullable<Data> {
  assert.ok(data, JSON.stringify(error));
  return data as NonNullable<Data>;
}

/** Write a body as a form, as this client asks of its users: objects as JSON, lists part by part. */
function form(body: Form): FormData {
  const written = new FormData();
  for (const [name, value] of Object.entries(body)) {
    for (const part of Array.isArray(value) ? value : [value]) {
      const isObject = typeof part === "object" && !(part instanceof Blob);
      written.append(name, part instanceof Blob ? part : isObject ? JSON.stringify(part) : `${part}`);
    }
  }
  return written;
}
const bodySerializer = form as (body: unknown) => FormData;
/** The types have bytes as text, which files stand for. */
const file = photo as unknown as string;

const account = { email, password };
const signedUp = answered(await api.POST("/api/auth/app/v1/auth/signup", { body: account }));
assert.equal(signedUp.data.user.email, email);
const login = "/api/auth/app/v1/auth/login";
const refused = await api.POST(login, { body: { email, password: "a guess" } });
assert.ok(refused.error && "errors" in refused.error);
assert.equal(refused.error.errors?.[0]?.code, "email_password_mismatch");
const token = answered(await api.POST(login, { body: account })).meta.session_token;
api.use({
  onRequest({ request }) {
    request.headers.set("X-Session-Token", token!);
  },
});
answered(await api.POST("/api/auth/app/v1/auth/reauthenticate", { body: { password } }));
const factor = await api.GET("/api/auth/app/v1/account/authenticators/totp");
assert.ok(factor.error && "meta" in factor.error && factor.error.meta && "secret" in factor.error.meta);

const me = answered(await api.GET("/api/v1/me/"));
const { version } = me.consents.find(({ kind }) => kind === "use")!;
answered(
  await api.PUT("/api/v1/me/consents/{kind}/", {
    params: { path: { kind: "use" } },
    body: { version },
  }),
);

const seen = answered(
  await api.POST("/api/v1/captures/", {
    body: { photo: file, mood: 4, tags: ["river", "home"] } as components["schemas"]["NewCapture"],
    bodySerializer,
  }),
);
assert.deepEqual([seen.mood, seen.tags, seen.detections.length], [4, ["home", "river"], 1]);
const params = { path: { uuid: seen.uuid } };
const picture = await api.GET("/api/v1/captures/{uuid}/photo/", { params, parseAs: "blob" });
assert.equal((picture.data as Blob | undefined)?.type, "image/jpeg");

const body = { uuid: randomUUID(), note: "Slept badly.", felt: "sad" };
const first = answered(await api.POST("/api/v1/captures/words/", { body }));
assert.deepEqual(answered(await api.POST("/api/v1/captures/words/", { body })), first);

const model = answered(await api.GET("/api/v1/model/"));
const { box, probabilities } = seen.detections[0]!;
const reading = answered(
  await api.POST("/api/v1/captures/readings/", {
    body: {
      model_sha256: model.sha256,
      picture: { width: seen.width!, height: seen.height! },
      detections: [{ box, probabilities }],
    } as components["schemas"]["Reading"],
  }),
);
assert.equal(reading.photo, null);

const edit = { felt: "neutral", me: seen.detections[0]!.id };
for (const _ of ["sent", "sent again, as if the answer was lost"]) {
  const edited = await api.PATCH("/api/v1/captures/{uuid}/", {
    params: { ...params, header: { "If-Match": seen.etag, "Idempotency-Key": "an edit" } },
    body: edit,
  });
  assert.equal(answered(edited).felt, "neutral");
}
const stale = await api.PATCH("/api/v1/captures/{uuid}/", {
  params: { ...params, header: { "If-Match": seen.etag } },
  body: edit,
});
assert.equal(stale.error?.code, "precondition_failed");

const { cursor } = answered(await api.GET("/api/v1/changes/"));
const uuids = [randomUUID(), randomUUID()];
const { outcomes } = answered(
  await api.POST("/api/v1/captures/batch/", {
    body: {
      captures: [
        { uuid: uuids[0]!, photo: photo.name, mood: 5 },
        { uuid: uuids[1]!, note: "On the train." },
        { uuid: uuids[1]!, action: "edit", mood: 2, key: "the train again" },
      ],
      photos: [file],
    },
    bodySerializer,
  }),
);
assert.deepEqual(outcomes.map(({ status }) => status), [201, 201, 200], JSON.stringify(outcomes));
const { changes } = answered(await api.GET("/api/v1/changes/", { params: { query: { cursor } } }));
assert.deepEqual(changes.map(({ uuid }) => uuid), uuids);

assert.equal((await api.DELETE("/api/v1/captures/{uuid}/", { params })).response.status, 204);
const gone = await api.GET("/api/v1/captures/{uuid}/", { params });
assert.equal(gone.error?.code, "not_found");
answered(await api.POST("/api/v1/captures/{uuid}/restore/", { params }));
const page = answered(
  await api.GET("/api/v1/captures/", { params: { query: { page_size: 2 } } }),
);
assert.equal(page.results.length, 2);
assert.ok(page.next);

const trends = await api.GET("/api/v1/trends/", { params: { query: { by: "week" } } });
assert.ok(answered(trends).periods.length > 3);
assert.ok(answered(await api.GET("/api/v1/patterns/")).emotions.happy > 0);
const archive = await api.GET("/api/v1/export/", { parseAs: "arrayBuffer" });
assert.ok((archive.data as ArrayBuffer | undefined)!.byteLength > 1000);
const wrong = await api.POST("/api/v1/me/deletion/", { body: { password: "a guess" } });
assert.equal(wrong.error?.code, "invalid");
const left = await api.POST("/api/v1/me/deletion/", { body: { password } });
assert.equal(left.response.status, 204);
assert.equal((await api.GET("/api/v1/me/")).error?.status, 401);
