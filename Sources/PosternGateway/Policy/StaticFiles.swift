public import FoundationEssentials
import LibWebSockets

/// Files that are served from memory: read once, at start.
///
/// No request ever touches the file system.
public struct StaticFiles: Sendable {
    private struct File: Sendable {
        let headers: [(name: String, value: String)]
        let entityTag: EntityTag
        let body: [UInt8]
    }

    private var files: [String: File] = [:]
    private let contentSecurityPolicy: String

    /// What browsers may load for a page of ours: files of the gateway, and nothing inline.
    public static let strictContentSecurityPolicy =
        "default-src 'self'; connect-src 'self'; frame-ancestors 'none'"

    /// No files.
    ///
    /// - Parameter contentSecurityPolicy: Sent with every file that is added; see ``init(folder:maximumBytes:contentSecurityPolicy:)``.
    public init(contentSecurityPolicy: String = strictContentSecurityPolicy) {
        self.contentSecurityPolicy = contentSecurityPolicy
    }

    /// Reads every plain file of a folder and its subfolders.
    ///
    /// Names that begin with a dot, symbolic links and anything that is not a plain file are left out.
    ///
    /// - Parameters:
    ///   - folder: The folder; `index.html` in it answers for `/`.
    ///   - maximumBytes: The most bytes of all files together.
    ///   - contentSecurityPolicy: The value of `Content-Security-Policy` with every file; empty for none. The default
    ///     does not let a page run scripts that are written in it, or load anything from elsewhere.
    /// - Throws: An error of the file system, or ``LoadError``.
    public init(
        folder: String,
        maximumBytes: Int = 64 << 20,
        contentSecurityPolicy: String = strictContentSecurityPolicy
    ) throws {
        self.contentSecurityPolicy = contentSecurityPolicy
        var remaining = maximumBytes
        let manager = FileManager.default
        for name in try manager.subpathsOfDirectory(atPath: folder).sorted() {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            let path = folder + "/" + name
            guard try manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular else {
                continue
            }
            let data = try Data(contentsOf: URL(filePath: path))
            remaining -= data.count
            guard remaining >= 0 else {
                throw LoadError(description: "\(folder) holds more than \(maximumBytes) bytes")
            }
            add([UInt8](data), at: "/" + name)
        }
    }

    /// Why a folder was not read.
    public struct LoadError: Error, CustomStringConvertible, LocalizedError {
        /// For people.
        public let description: String

        /// The description, also for `localizedDescription`.
        public var errorDescription: String? { description }
    }

    /// Adds one file, or replaces it.
    public mutating func add(_ body: [UInt8], at path: String) {
        let tag = EntityTag(of: body)
        var headers = [
            ("Content-Type", Self.mediaType(of: path)),
            ("ETag", tag.text),
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ]
        if !contentSecurityPolicy.isEmpty { headers.append(("Content-Security-Policy", contentSecurityPolicy)) }
        let file = File(headers: headers.map { (name: $0.0, value: $0.1) }, entityTag: tag, body: body)
        files[path] = file
        if path.hasSuffix("/index.html") { files[String(path.dropLast("index.html".count))] = file }
    }

    /// The answer for a path, or `nil` when there is no such file.
    ///
    /// The path is percent-decoded, and then compared: `..` is a name like any other.
    func response(to request: HTTPRequestHead) -> HTTPResponse? {
        guard let path = try? PercentEncoding.decode(request.pathText[...]), let file = files[path] else { return nil }
        if file.entityTag.isKnown(to: request) { return HTTPResponse(.notModified, headers: file.headers) }
        return HTTPResponse(.ok, headers: file.headers, body: file.body)
    }

    private static func mediaType(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "sh", "py", "txt", "md": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
