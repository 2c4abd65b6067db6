import Foundation
import Glibc

/// Changes of one file, seen from its folder.
///
/// A file that is replaced by a rename takes a watch on itself away with it; the folder sees every
/// rename, and the `..data` link too that Kubernetes turns round instead of the file.
enum FolderWatch {
    /// An element for each burst of changes from now on.
    static func changes(of path: String) throws -> AsyncStream<Void> {
        let file = URL(fileURLWithPath: path)
        let name = file.lastPathComponent
        let descriptor = inotify_init1(CInt(IN_CLOEXEC))
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)
        guard descriptor >= 0,
            inotify_add_watch(descriptor, file.deletingLastPathComponent().path, events) >= 0
        else { throw SecretSource.Unreadable("can't watch the folder of \(path): \(lastError)") }
        let (stream, sink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        Thread.detachNewThread {
            while let names = read(descriptor) {
                if names.contains(where: { $0 == name || $0.hasPrefix("..") || $0.isEmpty }) {
                    sink.yield()
                }
            }
            sink.finish()
        }
        return stream
    }

    /// The names of the next events; an empty one where the kernel lost some.
    private static func read(_ descriptor: CInt) -> [String]? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return buffer.withUnsafeBytes { bytes in
            var names: [String] = []
            var offset = 0
            let head = MemoryLayout<inotify_event>.size
            while offset + head <= count {
                let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let end = min(offset + head + Int(event.len), count)
                let name = bytes[(offset + head)..<end].prefix { $0 != 0 }
                names.append(String(decoding: name, as: UTF8.self))
                offset = end
            }
            return names
        }
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
