import Postern
import PosternJSONRPC

/// Arguments in the query of a `GET` request, such as `a=1&b=2`.
enum QueryArguments {
    /// Returns the arguments as a JSON object; no bytes if the query is empty.
    ///
    /// A value that is valid JSON, such as `42` or `true`, is used as it is; any other value becomes a string. A string
    /// of digits must be quoted: `name=%2242%22`.
    ///
    /// - Throws: `.malformed` for an invalid percent-encoding, and for bytes that are not UTF-8.
    static func json(_ query: String) throws(PayloadError) -> [UInt8] {
        guard !query.isEmpty else { return [] }
        var output: [UInt8] = []
        var map = JSON.beginMap(into: &output)
        for pair in query.split(separator: "&") {
            // Only the first `=` separates: the value may contain further ones.
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
