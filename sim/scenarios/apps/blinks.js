(function (door) {
  var blinks = 0;
  door.every(1000, function () { door.kickWatchdog(); });
  setInterval(function () {
    blinks++;
    digitalWrite(LED1, blinks % 2);
    console.log("blinks " + blinks);
  }, 10000);
})
