import Glibc
import Synchronization

/// Changes of one file, seen from its folder (`inotify(7)`).
///
/// A file that is replaced by a rename takes a watch on itself away with it; the folder sees every
/// rename, and the `..data` link too that Kubernetes turns round instead of the file.
package final class FolderWatch: Sendable {
    /// The end of a pair of sockets by which the thread is told to end.
    private let bell: Mutex<CInt?>

    /// Calls `onChange` from a thread of its own, once for each burst of changes, until ``end()``;
    /// nil where the folder can't be watched.
    package init?(of path: String, _ onChange: @escaping @Sendable () -> Void) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let name = String(parts.last ?? "")
        let folder = parts.count < 2 ? "." : parts.dropLast().joined(separator: "/") + "/"
        let events = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        // No pipe: at no moment may a command that is started inherit either end.
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        var pair: [CInt] = [-1, -1]
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)
        bell = Mutex(nil)
        guard events >= 0, socketpair(AF_UNIX, kind, 0, &pair) == 0,
            inotify_add_watch(events, folder, mask) >= 0
        else {
            Self.close([events] + pair)
            return nil
        }
        let thread = Watching(events: events, stop: pair[0], name: name, onChange: onChange)
        guard thread.start() else {
            Self.close([events] + pair)
            return nil
        }
        bell.withLock { $0 = pair[1] }
    }

    /// Ends the watch; nothing is called behind it, but for what is under way.
    package func end() {
        let bell = bell.withLock { bell in
            defer { bell = nil }
            return bell
        }
        // The thread reads from the other end, sees it closed, and closes what it reads from.
        if let bell { Self.close([bell]) }
    }

    deinit { end() }

    fileprivate static func close(_ descriptors: [CInt]) {
        for descriptor in descriptors where descriptor >= 0 { _ = Glibc.close(descriptor) }
    }
}

/// The thread of a watch.
private final class Watching: Sendable {
    private let events: CInt
    private let stop: CInt
    private let name: String
    private let onChange: @Sendable () -> Void

    init(events: CInt, stop: CInt, name: String, onChange: @escaping @Sendable () -> Void) {
        self.events = events
        self.stop = stop
        self.name = name
        self.onChange = onChange
    }

    func start() -> Bool {
        var thread = pthread_t()
        let me = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { me in
                if let me { Unmanaged<Watching>.fromOpaque(me).takeRetainedValue().run() }
                return nil
            }, me.toOpaque())
        guard failure == 0 else {
            me.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        var polled = [
            pollfd(fd: events, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) >= 0 || errno == EINTR {
            if polled[1].revents != 0 { break }
            if polled[0].revents != 0, changed() { onChange() }
        }
        FolderWatch.close([events, stop])
    }

    /// Whether the events that wait are about the file; also where the kernel lost some.
    private func changed() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var isMeant = false
        while true {
            let count = Glibc.read(events, &buffer, buffer.count)
            guard count > 0 else { return isMeant }
            isMeant = names(in: buffer, count).contains(where: isAboutFile) || isMeant
        }
    }

    private func isAboutFile(_ name: String) -> Bool {
        name == self.name || name.hasPrefix("..") || name.isEmpty
    }

    private func names(in buffer: [UInt8], _ count: Int) -> [String] {
        buffer.withUnsafeBytes { bytes in
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
}
