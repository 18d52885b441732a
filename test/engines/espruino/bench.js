// A board in RAM for the real Espruino: runs the emitted bundles through an update and a rollback, and prints what
// happened. Text in ES5; bundles.engine.ts puts in front of it BOOT, SERVICE, VERIFIER, BASE_TABLE,
// IMAGE_1, IMAGE_2 (byte strings) and CONFIG.
var PAGE = 4096;

function partition(name, address, pages) {
  var bytes = new Uint8Array(pages * PAGE);
  bytes.fill(255);
  return {
    name: name,
    addressBytes: address,
    sizeBytes: bytes.length,
    pageSizeBytes: PAGE,
    writeUnitBytes: 4,
    read: function (offset, length) {
      if (offset < 0 || offset + length > bytes.length) throw "read beyond " + name;
      var copy = new Uint8Array(length);
      copy.set(bytes.subarray(offset, offset + length), 0);
      return copy;
    },
    write: function (offset, data) {
      if (offset % 4 !== 0 || data.length % 4 !== 0 || offset + data.length > bytes.length) throw "write in " + name;
      for (var i = 0; i < data.length; i++) bytes[offset + i] &= data[i];
    },
    erasePage: function (offset) {
      if (offset % PAGE !== 0) throw "erase in " + name;
      bytes.fill(255, offset, offset + PAGE);
    },
  };
}

function fromText(text) {
  var bytes = new Uint8Array(text.length);
  for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

var crypto = require("crypto");
var slots = [partition("slotA", 0, 8), partition("slotB", 8 * PAGE, 8)];
var journal = partition("journal", 0x100000, 2);
var provisioning = partition("boot", 0x110000, 1);
var data = partition("data", 0x120000, 2);
var hash = {
  crc32: function (bytes) { return E.CRC32(bytes); },
  sha256: function (bytes) { return new Uint8Array(crypto.SHA256(bytes)); },
  sha256Region: function (source, offset, length) {
    return new Uint8Array(crypto.SHA256(source.read(offset, length)));
  },
};
var verifierKicks = 0;
var verifier = VERIFIER(hash, BASE_TABLE, function () { verifierKicks++; });
var Serial1 = { setup: function () {}, println: function () {}, on: function () {} };
var service;
var door;

// One start with the given reset cause (core/boot/reset-cause.ts). Gives the slot that was started, or "recovery".
function start(cause) {
  var started = "recovery";
  door = undefined;
  var board = {
    slots: slots,
    journal: journal,
    provisioning: provisioning,
    data: data,
    hash: hash,
    verifier: verifier,
    watchdog: { start: function () {}, kick: function () {} },
    reset: { cause: cause, reboot: function () { throw "reboot"; } },
    clock: { uptimeMs: function () { return 1000; }, every: function () {} },
    random: { trusted: false, bytes: function (n) { return new Uint8Array(n); } },
    pins: { recoveryRequested: function () { return false; }, indicate: function () {} },
    program: {
      onUncaughtError: function () {},
      start: function (slot, offset, length, given) {
        var application = eval(E.toString(slot.read(offset, length)));
        started = slot.name;
        door = given;
        application(given);
        clearInterval();
      },
    },
  };
  BOOT(board, CONFIG, function () {
    if (!service) service = SERVICE();
    return service;
  });
  return started;
}

function install(image) {
  var writer = door.openWriter();
  var reason = writer.begin(image.length);
  for (var at = 0; at < image.length && reason === 0; at += 1000) {
    reason = writer.write(image.subarray(at, Math.min(at + 1000, image.length)));
  }
  if (reason === 0) reason = writer.finish();
  if (reason === 0) reason = writer.requestTrial();
  return reason;
}

function report(what, value) {
  print("bench " + what + "=" + value);
}

var first = fromText(IMAGE_1);
var padded = new Uint8Array(Math.ceil(first.length / 4) * 4);
padded.fill(255);
padded.set(first, 0);
slots[0].write(0, padded);
report("factory", start(1));
report("install", install(fromText(IMAGE_2)));
report("trial", start(6));
report("onTrial", door.info.trial);
report("version", door.info.version.major);
report("afterWatchdog", start(4));
report("installAgain", install(fromText(IMAGE_2)));
report("trialAgain", start(6));
report("confirm", door.confirm());
report("floor", door.info.securityFloor);
report("afterPowerOn", start(1));
report("stillOnTrial", door.info.trial);
var records = 0;
door.readJournal(function () { records++; });
report("recordsBeyondTen", records > 10);
report("verifierKicks", verifierKicks > 0);
report("oldImage", install(first));
report("variables", process.memory().usage);
quit();
