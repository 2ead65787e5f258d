import Postern
import PosternJSONRPC

/// Arguments in the query of a GET: `a=1&b=2`.
enum QueryArguments {
    /// The arguments as a JSON object; empty when there are none.
    ///
    /// A value that is a JSON number, `true`, `false`, `null`, an array or an object stands for that; anything else is
    /// text. A number for a text parameter is written in quotes: `name=%2242%22`.
    ///
    /// - Throws: `.malformed` for a broken percent sign or bytes that are not UTF-8.
    static func json(_ query: String) throws(PayloadError) -> [UInt8] {
        guard !query.isEmpty else { return [] }
        var output: [UInt8] = []
        var map = JSON.beginMap(into: &output)
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try PercentEncoding.decode(parts[0], plusIsSpace: true)
            let value = parts.count > 1 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            JSON.nextMember(named: name, &map, into: &output)
            append(value, to: &output)
        }
        JSON.endMap(map, into: &output)
        return output
    }

    private static func append(_ value: String, to output: inout [UInt8]) {
        let bytes = Array(value.utf8)
        if JSON.isWellFormed(bytes.span) { output += bytes } else { JSON.write(value, into: &output) }
    }
}
