/**
 * Scripts that run inside the application's realm before it, so that time, chance and promises are the machine's:
 * a run is then a function of its seed. ES5, because that is what they stand in for.
 */

/** Time and chance as the machine has them; inside the realm, so that its own Date is wrapped. Gets both sources. */
export const DETERMINISM = `(function (nowMs, fraction) {
  var RealDate = Date;
  function VirtualDate(a, b, c, d, e, f, g) {
    if (!(this instanceof VirtualDate)) return new RealDate(nowMs()).toString();
    switch (arguments.length) {
      case 0: return new RealDate(nowMs());
      case 1: return new RealDate(a);
      default: return new RealDate(a, b, c === undefined ? 1 : c, d || 0, e || 0, f || 0, g || 0);
    }
  }
  VirtualDate.prototype = RealDate.prototype;
  VirtualDate.prototype.constructor = VirtualDate;
  VirtualDate.now = nowMs;
  VirtualDate.parse = RealDate.parse;
  VirtualDate.UTC = RealDate.UTC;
  Date = VirtualDate;
  Math.random = fraction;
})`;

/**
 * Promises as Espruino has them: `new`, then, catch, resolve, reject, all. Node's own would report a rejection that
 * nobody handles to the process of the simulator and end it. Gets the listener for those; gives back the function that
 * settles what is pending.
 */
export const PROMISES = `(function (unhandled) {
  var jobs = [];
  var rejected = [];
  function settle(promise, state, value) {
    if (promise.state) return;
    promise.state = state;
    promise.value = value;
    if (state === 2) rejected.push(promise);
    promise.waiting.forEach(function (job) { jobs.push(job); });
    promise.waiting = [];
  }
  function resolve(promise, value) {
    if (promise.state) return;
    var then;
    try {
      then = value && (typeof value === "object" || typeof value === "function") && value.then;
    } catch (error) { settle(promise, 2, error); return; }
    if (typeof then !== "function") { settle(promise, 1, value); return; }
    jobs.push(function () { run(promise, function (a, b) { then.call(value, a, b); }); });
  }
  function run(promise, executor) {
    var done = false;
    try {
      executor(
        function (value) { if (!done) { done = true; resolve(promise, value); } },
        function (reason) { if (!done) { done = true; settle(promise, 2, reason); } });
    } catch (error) { if (!done) { done = true; settle(promise, 2, error); } }
  }
  function inner() { return { state: 0, value: undefined, waiting: [], handled: false }; }
  function Promise(executor) {
    if (!(this instanceof Promise)) throw new TypeError("Promise is made with new");
    var promise = inner();
    this.then = function (fulfilled, failed) {
      promise.handled = true;
      return new Promise(function (pass, fail) {
        function job() {
          var handler = promise.state === 1 ? fulfilled : failed;
          if (typeof handler !== "function") { (promise.state === 1 ? pass : fail)(promise.value); return; }
          try { pass(handler(promise.value)); } catch (error) { fail(error); }
        }
        if (promise.state) jobs.push(job); else promise.waiting.push(job);
      });
    };
    run(promise, executor);
  }
  Promise.prototype["catch"] = function (failed) { return this.then(undefined, failed); };
  Promise.resolve = function (value) { return new Promise(function (pass) { pass(value); }); };
  Promise.reject = function (reason) { return new Promise(function (pass, fail) { fail(reason); }); };
  Promise.all = function (promises) {
    return new Promise(function (pass, fail) {
      var values = [], open = promises.length;
      if (open === 0) pass(values);
      promises.forEach(function (promise, i) {
        Promise.resolve(promise).then(function (value) { values[i] = value; if (--open === 0) pass(values); }, fail);
      });
    });
  };
  this.Promise = Promise;
  return function () {
    while (jobs.length || rejected.length) {
      while (jobs.length) jobs.shift()();
      rejected.splice(0).forEach(function (promise) { if (!promise.handled) unhandled(promise.value); });
    }
  };
})`;
