import Postern

extension Value {
    /// The maximum size of a value that is kept in the tree of tasks, in bytes.
    private static let presentableBytes = 64 << 10

    /// Returns an encoded value in the form in which the tree of tasks keeps it.
    ///
    /// A value that is too large is not decoded.
    static func shown(of payload: Payload) -> (value: Value, isCut: Bool) {
        guard payload.bytes.count <= presentableBytes else {
            return (.string("a value of \(payload.bytes.count) bytes"), true)
        }
        return ((try? Value(decoding: payload)) ?? .null).presentable
    }

    /// The value in the form in which the tree of tasks keeps it, which can always be encoded as JSON.
    ///
    /// Numbers that are not finite become text, as JSON cannot represent them. A value that is too large is replaced by
    /// a text that states the limit. Otherwise one value could make the whole list of tasks impossible to encode.
    var presentable: (value: Value, isCut: Bool) {
        var room = Self.presentableBytes
        let value = finite(&room)
        guard room < 0 else { return (value, false) }
        return (.string("a value of more than \(Self.presentableBytes) bytes"), true)
    }

    /// Returns the value without numbers that are not finite, or a part of it when `room` becomes negative.
    private func finite(_ room: inout Int) -> Value {
        // An estimate of the encoded size: 8 bytes for each value, besides text and bytes.
        room -= 8
        guard room >= 0 else { return .null }
        switch self {
        case .double(let number): return number.isFinite ? self : .string("\(number)")
        case .string(let text): room -= text.utf8.count
        case .bytes(let bytes): room -= bytes.count
        case .array(let elements): return .array(elements.map { $0.finite(&room) })
        case .map(let members):
            return .map(
                members.map { member in
                    room -= member.name.utf8.count
                    return Member(member.name, member.value.finite(&room))
                }
            )
        default: break
        }
        return self
    }
}
