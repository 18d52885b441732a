import assert from "node:assert/strict";
import { classIdOf, uuidText, vendorIdOf } from "../../tools/device-ids";

describe("vendor and class identifiers", () => {
  it("are version 5 UUIDs of names, the class within the vendor's namespace", () => {
    const vendor = vendorIdOf("example.net");
    assert.equal(uuidText(vendor), "90d38b76-e7dd-5733-8575-0d06a98e8b70");
    assert.equal(uuidText(classIdOf("thermostat-2", vendor)), "ef849c10-5de0-50fa-9293-f1f76a92bfdd");
  });

  it("give the example of RFC 9562, appendix A.4", () => {
    assert.equal(uuidText(vendorIdOf("www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  });

  it("are taken as they are when given as UUIDs, with or without dashes, in any case", () => {
    const text = "12345678-9abc-def0-1234-567812345678";
    assert.equal(uuidText(vendorIdOf(text)), text);
    assert.equal(uuidText(classIdOf(text.replaceAll("-", "").toUpperCase(), undefined)), text);
  });

  it("refuse a class by name without a vendor, empty names and control characters", () => {
    assert.throws(() => classIdOf("pump", undefined), /belong to a vendor/);
    assert.throws(() => vendorIdOf(""), /no UUID and no name/);
    assert.throws(() => vendorIdOf("a\nb"), /no UUID and no name/);
  });
});
