import { demoList } from '@tiffin/lib/demo/demo-list';

export const firstNames = demoList(
  'Ada, Aylin, Amara, Anton, Ben, Bruno, Carla, Clara, Daniel, Deniz, Elif, Emil, Eva, Fatima, Finn, Frieda, Greta, Hanna, Hugo, Ida, Ivan, Jonas, Julia, Karim, Kenji, Lea, Leon, Linh, Luca, Marta, Mia, Milan, Nadia, Noah, Olga, Oskar, Paula, Priya, Rosa, Samir, Selma, Sofia, Theo, Tomás, Viktor, Yara, Yusuf, Zoe',
);

export const lastNames = demoList(
  'Albrecht, Arslan, Bauer, Becker, Berger, Brandt, Costa, Demir, Diallo, Engel, Fischer, Franke, García, Graf, Haddad, Hartmann, Hoffmann, Ivanova, Jansen, Kaya, Keller, Klein, Kowalski, Krüger, Lehmann, Lindner, Lorenz, Mehta, Meyer, Moretti, Müller, Nguyen, Novak, Okafor, Otto, Petrov, Pham, Richter, Rossi, Sato, Schmidt, Schulz, Silva, Simon, Tanaka, Vogel, Wagner, Weber, Wójcik, Yilmaz',
);
