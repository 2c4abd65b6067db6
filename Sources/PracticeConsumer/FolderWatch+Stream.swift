import ClientCredentials

extension FolderWatch {
    /// An element for each burst of changes of the file at `path` from now on.
    static func changes(of path: String) throws -> AsyncStream<Void> {
        let (stream, sink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard let watch = FolderWatch(of: path, { sink.yield() }) else {
            throw SecretSource.Unreadable("can't watch the folder of \(path)")
        }
        sink.onTermination = { _ in watch.end() }
        return stream
    }
}
