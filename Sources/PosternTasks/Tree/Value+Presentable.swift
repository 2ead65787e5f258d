import Postern

extension Value {
    /// Bytes of a value that is shown in the tree of tasks.
    private static let presentableBytes = 64 << 10

    /// What the tree of tasks shows of an encoded value, which is not read at all when it is too large.
    static func shown(of payload: Payload) -> (value: Value, isCut: Bool) {
        guard payload.bytes.count <= presentableBytes else {
            return (.string("a value of \(payload.bytes.count) bytes"), true)
        }
        return ((try? Value(decoding: payload)) ?? .null).presentable
    }

    /// What the tree of tasks shows of the value, so that no value of a task keeps the others from being shown.
    ///
    /// Numbers that are not finite, for which JSON has no form, become text; a value that is too large is cut: it becomes a
    /// text that says so.
    var presentable: (value: Value, isCut: Bool) {
        var room = Self.presentableBytes
        let value = finite(&room)
        guard room < 0 else { return (value, false) }
        return (.string("a value of more than \(Self.presentableBytes) bytes"), true)
    }

    /// The value without numbers that are not finite, while there is room for it.
    private func finite(_ room: inout Int) -> Value {
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
