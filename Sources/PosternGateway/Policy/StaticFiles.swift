public import FoundationEssentials
import LibWebSockets

/// Files that are served from memory.
///
/// They are read once, so that no request accesses the file system.
public struct StaticFiles: Sendable {
    private struct File: Sendable {
        let headers: [(name: String, value: String)]
        let entityTag: EntityTag
        let body: [UInt8]
    }

    private var files: [String: File] = [:]
    private let contentSecurityPolicy: String

    /// A `Content-Security-Policy` that allows pages to load files of the gateway only, and no inline scripts.
    public static let strictContentSecurityPolicy =
        "default-src 'self'; connect-src 'self'; frame-ancestors 'none'"

    /// Creates a collection without files.
    ///
    /// - Parameter contentSecurityPolicy: The value of `Content-Security-Policy` for every file; empty for none.
    public init(contentSecurityPolicy: String = strictContentSecurityPolicy) {
        self.contentSecurityPolicy = contentSecurityPolicy
    }

    /// Creates a collection of the regular files of a folder and its subfolders.
    ///
    /// Names that begin with a dot and symbolic links are skipped.
    ///
    /// - Parameters:
    ///   - folder: The path of the folder. An `index.html` is served for the path of its folder too.
    ///   - maximumBytes: The maximum size of all files together in bytes.
    ///   - contentSecurityPolicy: The value of `Content-Security-Policy` for every file; empty for none. The default
    ///     forbids inline scripts, and everything from other servers.
    /// - Throws: ``LoadError`` if the folder or a file in it cannot be read, or the files are too large.
    public init(
        folder: String,
        maximumBytes: Int = 64 << 20,
        contentSecurityPolicy: String = strictContentSecurityPolicy
    ) throws {
        self.contentSecurityPolicy = contentSecurityPolicy
        var remaining = maximumBytes
        let manager = FileManager.default
        for name in try Self.names(in: folder) {
            // Hidden files, such as `.git` and `.env`, must not be published by mistake.
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            let path = folder + "/" + name
            let type = try Self.reading(path) { try manager.attributesOfItem(atPath: path)[.type] }
            guard type as? FileAttributeType == .typeRegular else { continue }
            let data = try Self.reading(path) { try Data(contentsOf: URL(filePath: path)) }
            // Counted for each file, so that a large folder fails before it fills the memory.
            remaining -= data.count
            guard remaining >= 0 else {
                throw LoadError(description: "\(folder) holds more than \(maximumBytes) bytes")
            }
            add([UInt8](data), at: "/" + name)
        }
    }

    private static func names(in folder: String) throws(LoadError) -> [String] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            throw LoadError(description: "\(folder) cannot be read: it does not exist")
        }
        guard isFolder else { throw LoadError(description: "\(folder) cannot be read: it is no folder") }
        return try reading(folder) { try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() }
    }

    /// Calls `read`, and throws its error with the path and the reason in one sentence.
    private static func reading<Result>(_ path: String, _ read: () throws -> Result) throws(LoadError) -> Result {
        do { return try read() } catch {
            // Other descriptions of Foundation name types and the members of a dictionary.
            let isForbidden = (error as? CocoaError)?.code == .fileReadNoPermission
            throw LoadError(description: "\(path) cannot be read: \(isForbidden ? "permission denied" : "\(error)")")
        }
    }

    /// The reason why a folder was not read.
    public struct LoadError: Error, CustomStringConvertible, LocalizedError {
        /// A text for people with the folder and the reason.
        public let description: String

        /// The description, which Foundation uses for `localizedDescription`.
        public var errorDescription: String? { description }
    }

    /// Adds or replaces a file.
    ///
    /// - Parameters:
    ///   - body: The content of the file.
    ///   - path: The path of requests for the file, which begins with a slash. Its extension determines the media type.
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

    /// Returns the response for a path, or `nil` if there is no such file.
    ///
    /// The path is percent-decoded and looked up in a dictionary, so `..` has no special meaning.
    func response(to request: HTTPRequestHead) -> HTTPResponse? {
        guard let path = try? PercentEncoding.decode(request.pathText[...]), let file = files[path] else { return nil }
        if file.entityTag.isKnown(to: request) { return HTTPResponse(.notModified, headers: file.headers) }
        var response = HTTPResponse(.ok, headers: file.headers, body: file.body)
        response.hasSharedBody = true
        return response
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
