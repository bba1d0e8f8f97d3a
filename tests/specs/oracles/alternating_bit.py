"""classic/alternating_bit.untorn, step by step. Run: python3 alternating_bit.py"""

from explore import END, Actor, Model, Violation, fault, show


def alternating_bit(messages, losses, bit):
    def bit_of(m):
        return m % 2 if bit else 0

    def send(m):
        def instance(s):
            if s.data is not None or s.ack is not None:
                return None
            s.data = (bit_of(m), m)
            return m
        return instance

    def take_ack(m):
        def instance(s):
            if s.ack is None:
                return None
            matches = s.ack == bit_of(m)
            s.ack = None
            if not matches:
                return m
            return m + 1 if m < messages else END
        return instance

    def receive(s):
        if s.data is None or s.ack is not None:
            return None
        frame_bit, m = s.data
        if frame_bit == s.expected:
            if m != s.delivered + 1:
                return Violation("InOrder")
            s.delivered += 1
            if bit:
                s.expected = 1 - s.expected
        s.ack, s.data = frame_bit, None
        return "receive"

    def lose(channel):
        def instance(s):
            if getattr(s, channel) is None:
                return None
            setattr(s, channel, None)
            return "lose"
        return fault(instance, "losses")

    return Model(dict(data=None, ack=None, delivered=0, expected=bit_of(1), losses=losses), [
        Actor("sender", 1, {m: [send(m), take_ack(m)] for m in range(1, messages + 1)}),
        Actor("receiver", "receive", {"receive": receive}, kind="daemon", idle=("receive",)),
        Actor("channel", "lose", {"lose": [lose("data"), lose("ack")]}, kind="environment")],
        final={"all_delivered": lambda s: s.delivered == messages})


if __name__ == "__main__":
    for losses in 0, 1, 2, 3:
        show(f"3 messages, {losses} losses", alternating_bit(3, losses, True))
        show(f"3 messages, {losses} losses, no bit", alternating_bit(3, losses, False))
