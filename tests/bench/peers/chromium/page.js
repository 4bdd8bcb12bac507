// What a customer's page does, with a stop watch: the SDK itself is as it comes.
import { TelnyxRTC } from "/sdk.mjs";

const tell = (event, why) =>
  window.report(JSON.stringify({ event, page_ms: performance.now(), why }));

// The SDK does not say when its invite leaves, nor when media is connected.
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (text) {
  send.call(this, text);
  if (String(text).includes('"telnyx_rtc.invite"')) tell("invite");
};
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("connectionstatechange", () => {
      if (this.connectionState === "connected") tell("connected");
    });
  }
};

const client = new TelnyxRTC({
  host: new URLSearchParams(location.search).get("gateway"),
  anonymous_login: { target_type: "ai_assistant", target_id: "assistant-bench" },
  iceServers: [],
});
client.remoteElement = "speaker";
client.on("telnyx.ready", () => tell("ready"));
client.on("telnyx.error", ({ error }) => tell("failed", String(error)));
client.on("telnyx.notification", ({ call }) => {
  if (call?.state === "destroy") tell("ended");
});

let call;
window.press = () => {
  call = client.newCall({
    destinationNumber: "",
    iceServers: [],
    audio: {
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    },
  });
};
window.hangUp = () => call.hangup();
client.connect();
