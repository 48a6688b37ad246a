/** Presses on buttons are kept until the other scripts are there. */
{
  const pressed = new Set();
  const keep = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    pressed.add(button);
  };
  addEventListener("click", keep, true);
  addEventListener("DOMContentLoaded", () =>
    // Behind all that the others do at that moment.
    setTimeout(() => {
      removeEventListener("click", keep, true);
      for (const button of pressed) button.click();
    }),
  );
}
