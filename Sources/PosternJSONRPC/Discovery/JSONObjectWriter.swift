internal import Postern

/// A builder for a JSON object, member by member.
struct JSONObjectWriter {
    private var output: [UInt8] = []
    private var mark: ContainerMark

    init() { mark = JSON.beginMap(into: &output) }

    /// Returns the finished object.
    consuming func finished() -> [UInt8] {
        JSON.endMap(mark, into: &output)
        return output
    }

    /// Appends a string, or no member for `nil`.
    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        JSON.nextMember(named: name, &mark, into: &output)
        JSON.write(value, into: &output)
    }

    /// Appends a Boolean value.
    mutating func member(_ name: String, _ value: Bool) {
        JSON.nextMember(named: name, &mark, into: &output)
        JSON.write(value, into: &output)
    }

    /// Appends a value, or an empty object for one that JSON cannot represent.
    mutating func member(_ name: String, _ value: Value) {
        JSON.nextMember(named: name, &mark, into: &output)
        // Written elsewhere first: what comes from a peer may fail half way.
        var written: [UInt8] = []
        do { try JSON.encode(value, into: &written) } catch { written = [Byte.openBrace, Byte.closeBrace] }
        output += written
    }

    /// Appends an object that `body` builds.
    mutating func object(_ name: String, _ body: (inout JSONObjectWriter) -> Void) {
        JSON.nextMember(named: name, &mark, into: &output)
        append(body)
    }

    /// Appends an array with an object for each item.
    mutating func objects<Item>(_ name: String, _ items: [Item], _ body: (inout JSONObjectWriter, Item) -> Void) {
        JSON.nextMember(named: name, &mark, into: &output)
        var list = JSON.beginArray(into: &output)
        for item in items {
            JSON.nextElement(&list, into: &output)
            append { body(&$0, item) }
        }
        JSON.endArray(list, into: &output)
    }

    private mutating func append(_ body: (inout JSONObjectWriter) -> Void) {
        var writer = JSONObjectWriter()
        body(&writer)
        output.append(contentsOf: writer.finished())
    }
}
