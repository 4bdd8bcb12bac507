// A customer's page: the SDK as it comes. It tells all that the SDK tells, and holds
// `client` and `call` for whoever drives it.
import { TelnyxRTC } from "/sdk.mjs";

const tell = (event, fields) =>
  window.report(JSON.stringify({ event, page_ms: performance.now(), ...fields }));
const text = (error) => error && String(error.message ?? error);

window.client = new TelnyxRTC({
  anonymous_login: { target_type: "ai_assistant", target_id: "assistant-test" },
  iceServers: [],
  ...JSON.parse(new URLSearchParams(location.search).get("options")),
});
client.remoteElement = "speaker";
for (const event of ["ready", "socket.open", "socket.close"]) {
  client.on(`telnyx.${event}`, () => tell(event));
}
client.on("telnyx.error", ({ error }) =>
  tell("error", { code: error?.code, name: error?.name, message: text(error) }),
);
client.on("telnyx.warning", ({ warning }) =>
  tell("warning", { code: warning?.code, name: warning?.name }),
);
client.on("telnyx.ai.conversation", ({ params }) => {
  tell("item", { params });
  if (params.item?.type === "function_call") tell("function_call", params.item);
});
client.on("telnyx.notification", ({ type, call, error }) => {
  // A call that was attached again is another object with the same id.
  if (call) window.call = call;
  const { id, state, cause, causeCode, sipCode } = call ?? {};
  tell(type, { id, state, cause, causeCode, sipCode, message: text(error) });
});

window.press = (options) => {
  window.call = client.newCall({
    destinationNumber: "",
    iceServers: [],
    audio: {
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    },
    ...options,
  });
};
client.connect();
