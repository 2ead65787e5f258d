/// Finds the codes of errors in JSON, without decoding it.
enum ErrorCodes {
    private static let key = Array(#""code":"#.utf8)

    /// Returns the numbers behind every `"code":`, in order.
    static func all(in json: [UInt8]) -> [Int] {
        var codes: [Int] = []
        var index = 0
        while index < json.count {
            guard json[index] == key[0], json[index...].starts(with: key) else {
                index += 1
                continue
            }
            index += key.count
            if let code = number(in: json[index...]) { codes.append(code) }
        }
        return codes
    }

    private static func number(in bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.prefix(12).prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
