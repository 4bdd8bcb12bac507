-- Leaves sound cards to callpoint: WirePlumber, and so PipeWire, does not touch them.
-- For WirePlumber 0.4 (Debian 12, Raspberry Pi OS of that time), as
-- /etc/wireplumber/main.lua.d/51-callpoint.lua; then:
-- systemctl --user restart wireplumber, or reboot.
--
-- All cards are left alone. To leave one only, name it as `pactl list cards short` does:
-- "alsa_card.usb-0b0e_Jabra_SPEAK_510_USB-00", or with a beginning such as
-- "alsa_card.usb-*".
table.insert(alsa_monitor.rules, {
  matches = {
    {
      { "device.name", "matches", "alsa_card.*" },
    },
  },
  apply_properties = {
    ["device.disabled"] = true,
  },
})
