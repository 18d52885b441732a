(function (door) {
  door.every(1000, function () { door.kickWatchdog(); });
  if (!door.info.trial) {
    console.log("confirmed already");
  }
  setTimeout(function () { door.confirm(); }, 20000);
})
