import Foundation

/// Where the built executables are.
public enum Binaries {
    /// An executable that isn't there.
    public struct Missing: Error, CustomStringConvertible {
        /// Which one, and how to get it.
        public let description: String
    }

    /// The path of an executable: in `HOLDOVER_BIN_DIR`, else beside the test bundle or program.
    public static func path(_ name: String) throws -> String {
        let path = "\(directory)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is missing: swift build --product \(name)")
        }
        return path
    }

    private static var directory: String {
        if let named = ProcessInfo.processInfo.environment["HOLDOVER_BIN_DIR"], !named.isEmpty {
            return named
        }
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().path
    }
}
