(function () {
  throw new Error("this version is broken");
})
