# python_client.py FOLDER program arguments...: what `python -c program arguments...` does, by python_server.py, which it starts if
# there is none yet. The program gets this process's standard input, output and error; when this process is ended, so is the program.
import json, os, socket, sys, time

def start_server(folder):
  if os.fork() != 0: return
  os.setsid()
  null = os.open(os.devnull, os.O_RDWR)
  log = os.open(folder + '/log', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
  for number, file in enumerate((null, log, log)): os.dup2(file, number)
  server = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'python_server.py')
  os.execv(sys.executable, [sys.executable, server, folder])

def connect(folder):
  """A connection to the server; it listens before it imports torch, so this takes milliseconds."""
  for attempt in range(1000):
    connection = socket.socket(socket.AF_UNIX)
    try:
      connection.connect(folder + '/server')
      return connection
    except (FileNotFoundError, ConnectionRefusedError):
      connection.close()
      if attempt == 0: start_server(folder)
      time.sleep(0.01)
  raise RuntimeError('the Python server of the tests did not start')

folder, *arguments = sys.argv[1:]
connection = connect(folder)
request = json.dumps(dict(args=arguments, cwd=os.getcwd(), env=dict(os.environ))).encode()
socket.send_fds(connection, [len(request).to_bytes(8, 'big')], [0, 1, 2])
connection.sendall(request)
code = connection.recv(64)
if not code:
  with open(folder + '/log', errors='replace') as log: sys.exit('the Python server of the tests ended:\n' + log.read())
code = int(code)
if code < 0: sys.exit(f'the program was ended by signal {-code}')
sys.exit(code)
